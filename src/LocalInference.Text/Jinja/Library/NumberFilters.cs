using System.Globalization;
using System.Numerics;

namespace LocalInference.Text.Jinja;

/// <summary>Filters over numbers.</summary>
internal static class NumberFilters
{
    public static IEnumerable<Builtin> All =>
    [
        new("abs", Abs, 0),
        new("int", ToInt, 0, "default", "base"),
        new("float", ToFloat, 0, "default"),
        new("round", Round, 0, "precision", "method"),
        new("filesizeformat", FileSize, 0, "binary"),
    ];

    private static JinjaValue Abs(RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> arguments)
    {
        Attributes.CheckDefined(self);
        return PythonNumbers.IsNumber(self) ? PythonNumbers.Absolute(self) : throw new JinjaFault($"bad operand type for abs(): '{Attributes.TypeName(self)}'");
    }

    private static JinjaValue ToInt(RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> arguments)
    {
        JinjaValue byDefault = arguments[0].IsMissing ? JinjaValue.FromInteger(0) : arguments[0];
        int radix = Parameters.Size(arguments[1], 10);
        switch (self.Kind)
        {
            case JinjaValueKind.Boolean or JinjaValueKind.Integer:
                return PythonNumbers.Add(self, JinjaValue.FromInteger(0));
            case JinjaValueKind.Float:
                return double.IsFinite(self.Float) ? PythonNumbers.Truncate(self.Float) : byDefault;
            case JinjaValueKind.String:
                return NumberText.TryParseInteger(self.Span, radix, out BigInteger integer) ? PythonNumbers.FromBig(integer)
                    : NumberText.TryParseFloat(self.Span, out double number) && double.IsFinite(number) ? PythonNumbers.Truncate(number)
                    : byDefault;
            default:
                Attributes.CheckDefined(self);
                return byDefault;
        }
    }

    private static JinjaValue ToFloat(RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> arguments)
    {
        Attributes.CheckDefined(self);
        return PythonNumbers.IsNumber(self) ? JinjaValue.FromFloat(PythonNumbers.ToDouble(self))
            : self.IsString && NumberText.TryParseFloat(self.Span, out double number) ? JinjaValue.FromFloat(number)
            : arguments[0].IsMissing ? JinjaValue.FromFloat(0) : arguments[0];
    }

    private static JinjaValue Round(RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> arguments)
    {
        Attributes.CheckDefined(self);
        if (!PythonNumbers.IsNumber(self))
        {
            throw new JinjaFault($"type {Attributes.TypeName(self)} doesn't define __round__ method");
        }

        int precision = Math.Clamp(Parameters.Size(arguments[0], 0), -400, 400);
        string method = arguments[1].IsMissing ? "common" : arguments[1].AsString() ?? "";
        if (method is "common")
        {
            return PythonNumbers.IsInteger(self) ? RoundInteger(self, precision) : JinjaValue.FromFloat(DecimalText.Round(self.Float, precision));
        }

        if (method is not ("ceil" or "floor"))
        {
            throw new JinjaFault("method must be common, ceil or floor");
        }

        double scale = Math.Pow(10, precision);
        double scaled = PythonNumbers.ToDouble(self) * scale;
        return JinjaValue.FromFloat((method is "ceil" ? Math.Ceiling(scaled) : Math.Floor(scaled)) / scale);
    }

    private static JinjaValue RoundInteger(JinjaValue value, int precision)
    {
        if (precision >= 0)
        {
            return PythonNumbers.Add(value, JinjaValue.FromInteger(0));
        }

        // Half to even, as for floats.
        BigInteger unit = BigInteger.Pow(10, -precision);
        BigInteger quotient = BigInteger.DivRem(PythonNumbers.ToBig(value), unit, out BigInteger rest);
        int order = (BigInteger.Abs(rest) * 2).CompareTo(unit);
        quotient += order > 0 || (order == 0 && !quotient.IsEven) ? rest.Sign : 0;
        return PythonNumbers.FromBig(quotient * unit);
    }

    private static JinjaValue FileSize(RenderContext context, JinjaValue self, ReadOnlySpan<JinjaValue> arguments)
    {
        JinjaValue size = ToFloat(context, self, [JinjaValue.None]);
        double bytes = size.IsFloat ? size.Float : throw new JinjaFault($"could not convert '{Attributes.TypeName(self)}' to float");
        bool binary = Parameters.Flag(arguments[0]);
        double unit = binary ? 1024 : 1000;
        if (bytes == 1)
        {
            return JinjaValue.FromString("1 Byte");
        }

        if (bytes < unit)
        {
            return JinjaValue.FromString(string.Create(CultureInfo.InvariantCulture, $"{(long)bytes} Bytes"));
        }

        const string Prefixes = "kMGTPEZY";
        int index = 0;
        while (index < Prefixes.Length - 1 && bytes / unit >= unit)
        {
            bytes /= unit;
            index++;
        }

        string prefix = binary ? $"{char.ToUpperInvariant(Prefixes[index])}iB" : $"{Prefixes[index]}B";
        return JinjaValue.FromString($"{DecimalText.Fixed(bytes / unit, 1)} {prefix}");
    }
}
