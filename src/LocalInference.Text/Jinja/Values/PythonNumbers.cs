using System.Globalization;
using System.Numerics;

namespace LocalInference.Text.Jinja;

/// <summary>Python's arithmetic: integers of any size (up to a bound), truth values that count as integers, and floats.</summary>
internal static class PythonNumbers
{
    /// <summary>Most digits of an integer's text: Python's own bound on converting one.</summary>
    public const int MaxDigits = 4300;

    // As many bits as MaxDigits decimal digits have, so that every integer can be printed.
    private const int MaxBits = 14_284;

    public static bool IsNumber(JinjaValue value) => value.Kind is JinjaValueKind.Boolean or JinjaValueKind.Integer or JinjaValueKind.Float;

    public static bool IsInteger(JinjaValue value) => value.Kind is JinjaValueKind.Boolean or JinjaValueKind.Integer;

    public static BigInteger ToBig(JinjaValue value) => value.Reference is LargeInteger large ? large.Value : value.Int64;

    public static double ToDouble(JinjaValue value)
    {
        if (value.IsFloat)
        {
            return value.Float;
        }

        if (value.IsSmallInteger)
        {
            return value.Int64;
        }

        double result = (double)ToBig(value);
        return double.IsInfinity(result) ? throw new JinjaFault("int too large to convert to float") : result;
    }

    public static bool AreEqual(JinjaValue left, JinjaValue right) =>
        left.IsSmallInteger && right.IsSmallInteger ? left.Int64 == right.Int64 : Compare(left, right) == 0;

    /// <summary>-1, 0 or 1; 2 if one is not a number and so compares with nothing.</summary>
    public static int Compare(JinjaValue left, JinjaValue right)
    {
        if (left.IsSmallInteger && right.IsSmallInteger)
        {
            return left.Int64.CompareTo(right.Int64);
        }

        if (IsInteger(left) && IsInteger(right))
        {
            return ToBig(left).CompareTo(ToBig(right));
        }

        return left.IsFloat && right.IsFloat ? Compare(left.Float, right.Float)
            : left.IsFloat ? Compare(left.Float, right)
            : Math.Abs(Compare(right.Float, left)) == 2 ? 2 : -Compare(right.Float, left);
    }

    public static int Hash(JinjaValue value)
    {
        // Equal numbers hash alike whatever their type.
        if (value.IsSmallInteger)
        {
            return value.Int64.GetHashCode();
        }

        if (value.IsFloat)
        {
            double number = value.Float;
            return double.IsInteger(number) ? Hash(FromIntegral(number)) : number.GetHashCode();
        }

        return ToBig(value).GetHashCode();
    }

    /// <summary>The integer that a float without a fraction is.</summary>
    public static JinjaValue FromIntegral(double number) =>
        Math.Abs(number) < 9e18 ? JinjaValue.FromInteger((long)number) : FromBig(new BigInteger(number));

    public static JinjaValue FromBig(BigInteger value) => value.GetBitLength() > MaxBits
        ? throw new JinjaFault("An integer has more than 4300 digits", TemplateErrorKind.Limit)
        : JinjaValue.FromInteger(value);

    public static JinjaValue Add(JinjaValue left, JinjaValue right)
    {
        if (left.IsSmallInteger && right.IsSmallInteger)
        {
            long sum = unchecked(left.Int64 + right.Int64);
            return ((left.Int64 ^ sum) & (right.Int64 ^ sum)) < 0 ? FromBig(ToBig(left) + ToBig(right)) : JinjaValue.FromInteger(sum);
        }

        return left.IsFloat || right.IsFloat ? JinjaValue.FromFloat(ToDouble(left) + ToDouble(right)) : FromBig(ToBig(left) + ToBig(right));
    }

    public static JinjaValue Subtract(JinjaValue left, JinjaValue right)
    {
        if (left.IsSmallInteger && right.IsSmallInteger)
        {
            long difference = unchecked(left.Int64 - right.Int64);
            return ((left.Int64 ^ right.Int64) & (left.Int64 ^ difference)) < 0 ? FromBig(ToBig(left) - ToBig(right)) : JinjaValue.FromInteger(difference);
        }

        return left.IsFloat || right.IsFloat ? JinjaValue.FromFloat(ToDouble(left) - ToDouble(right)) : FromBig(ToBig(left) - ToBig(right));
    }

    public static JinjaValue Multiply(JinjaValue left, JinjaValue right)
    {
        if (left.IsFloat || right.IsFloat)
        {
            return JinjaValue.FromFloat(ToDouble(left) * ToDouble(right));
        }

        if (left.IsSmallInteger && right.IsSmallInteger)
        {
            Int128 product = (Int128)left.Int64 * right.Int64;
            return product >= long.MinValue && product <= long.MaxValue ? JinjaValue.FromInteger((long)product) : FromBig((BigInteger)product);
        }

        return FromBig(ToBig(left) * ToBig(right));
    }

    public static JinjaValue Divide(JinjaValue left, JinjaValue right)
    {
        double divisor = ToDouble(right);
        return divisor == 0 ? throw new JinjaFault(left.IsFloat || right.IsFloat ? "float division by zero" : "division by zero") : JinjaValue.FromFloat(ToDouble(left) / divisor);
    }

    public static JinjaValue FloorDivide(JinjaValue left, JinjaValue right)
    {
        if (left.IsFloat || right.IsFloat)
        {
            return JinjaValue.FromFloat(DivideAndRemainder(ToDouble(left), ToDouble(right)).Quotient);
        }

        BigInteger divisor = ToBig(right);
        if (divisor.IsZero)
        {
            throw new JinjaFault("integer division or modulo by zero");
        }

        BigInteger quotient = BigInteger.DivRem(ToBig(left), divisor, out BigInteger remainder);
        return FromBig(!remainder.IsZero && remainder.Sign != divisor.Sign ? quotient - 1 : quotient);
    }

    public static JinjaValue Modulo(JinjaValue left, JinjaValue right)
    {
        if (left.IsFloat || right.IsFloat)
        {
            return JinjaValue.FromFloat(DivideAndRemainder(ToDouble(left), ToDouble(right)).Remainder);
        }

        if (left.IsSmallInteger && right.IsSmallInteger && right.Int64 > 0)
        {
            long rest = left.Int64 % right.Int64;
            return JinjaValue.FromInteger(rest < 0 ? rest + right.Int64 : rest);
        }

        BigInteger divisor = ToBig(right);
        if (divisor.IsZero)
        {
            throw new JinjaFault("integer division or modulo by zero");
        }

        BigInteger remainder = BigInteger.Remainder(ToBig(left), divisor);
        return FromBig(!remainder.IsZero && remainder.Sign != divisor.Sign ? remainder + divisor : remainder);
    }

    public static JinjaValue Power(JinjaValue left, JinjaValue right)
    {
        if (IsInteger(left) && IsInteger(right) && ToBig(right).Sign >= 0)
        {
            BigInteger number = ToBig(left);
            BigInteger exponent = ToBig(right);
            if (BigInteger.Abs(number) <= 1)
            {
                return FromBig(number.IsZero ? (exponent.IsZero ? 1 : 0) : number.IsOne || exponent.IsEven ? 1 : -1);
            }

            return exponent * (number.GetBitLength() - 1) > MaxBits
                ? throw new JinjaFault("An integer has more than 4300 digits", TemplateErrorKind.Limit)
                : FromBig(BigInteger.Pow(number, (int)exponent));
        }

        double value = ToDouble(left);
        double power = ToDouble(right);
        if (value == 0 && power < 0)
        {
            throw new JinjaFault("0.0 cannot be raised to a negative power");
        }

        if (value < 0 && double.IsFinite(value) && double.IsFinite(power) && !double.IsInteger(power))
        {
            throw new JinjaFault("Complex numbers are not supported");
        }

        double result = Math.Pow(value, power);
        return double.IsInfinity(result) && double.IsFinite(value) && double.IsFinite(power)
            ? throw new JinjaFault("Numerical result out of range")
            : JinjaValue.FromFloat(result);
    }

    public static JinjaValue Negate(JinjaValue value) => value.IsFloat ? JinjaValue.FromFloat(-value.Float) : FromBig(-ToBig(value));

    public static JinjaValue Absolute(JinjaValue value) =>
        value.IsFloat ? JinjaValue.FromFloat(Math.Abs(value.Float)) : FromBig(BigInteger.Abs(ToBig(value)));

    /// <summary>Python's int of a float: towards zero.</summary>
    public static JinjaValue Truncate(double number) => double.IsFinite(number)
        ? FromIntegral(Math.Truncate(number))
        : throw new JinjaFault(double.IsNaN(number) ? "cannot convert float NaN to integer" : "cannot convert float infinity to integer");

    /// <summary>Writes a number as Python's repr shows it.</summary>
    public static string Format(JinjaValue value)
    {
        if (value.IsFloat)
        {
            return Format(value.Float);
        }

        return value.IsSmallInteger ? value.Int64.ToString(CultureInfo.InvariantCulture) : ToBig(value).ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>The shortest digits that give the number back, with an exponent below 1e-4 and from 1e16 on.</summary>
    public static string Format(double value)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        }

        double size = Math.Abs(value);
        if (size != 0 && (size < 1e-4 || size >= 1e16))
        {
            string text = value.ToString("E16", CultureInfo.InvariantCulture);
            string shortest = value.ToString("R", CultureInfo.InvariantCulture);
            int exponent = int.Parse(text.AsSpan(text.IndexOf('E', StringComparison.Ordinal) + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            string digits = Digits(shortest);
            string fraction = digits.Length > 1 ? string.Concat(".", digits.AsSpan(1)) : "";
            return string.Create(CultureInfo.InvariantCulture, $"{(value < 0 ? "-" : "")}{digits[0]}{fraction}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}");
        }

        // Between those bounds .NET's shortest form has an exponent from 1e15 on.
        string plain = value.ToString("R", CultureInfo.InvariantCulture);
        if (plain.Contains('E', StringComparison.Ordinal))
        {
            plain = ((decimal)value).ToString(CultureInfo.InvariantCulture);
        }

        return plain.Contains('.', StringComparison.Ordinal) ? plain : plain + ".0";
    }

    private static string Digits(string shortest)
    {
        int end = shortest.IndexOf('E', StringComparison.Ordinal);
        string digits = (end < 0 ? shortest : shortest[..end]).Replace("-", "", StringComparison.Ordinal).Replace(".", "", StringComparison.Ordinal).TrimStart('0');
        return digits.TrimEnd('0') is { Length: > 0 } trimmed ? trimmed : "0";
    }

    private static int Compare(double left, double right) =>
        double.IsNaN(left) || double.IsNaN(right) ? 2 : left.CompareTo(right);

    private static int Compare(double left, JinjaValue integer)
    {
        if (!double.IsFinite(left))
        {
            return double.IsNaN(left) ? 2 : Math.Sign(left);
        }

        double floor = Math.Floor(left);
        int order = new BigInteger(floor).CompareTo(ToBig(integer));
        return order != 0 ? order : left > floor ? 1 : 0;
    }

    private static (double Quotient, double Remainder) DivideAndRemainder(double value, double divisor)
    {
        if (divisor == 0)
        {
            throw new JinjaFault("float floor division by zero");
        }

        double remainder = value % divisor;
        double quotient = (value - remainder) / divisor;
        if (remainder != 0 && (remainder < 0) != (divisor < 0))
        {
            remainder += divisor;
            quotient -= 1;
        }
        else if (remainder == 0)
        {
            remainder = Math.CopySign(0, divisor);
        }

        double whole = Math.Floor(quotient);
        return (quotient == 0 ? Math.CopySign(0, value / divisor) : quotient - whole > 0.5 ? whole + 1 : whole, remainder);
    }
}
