namespace LocalInference.Text.Jinja;

/// <summary>Python's binary and unary operators.</summary>
internal static class Operators
{
    public static JinjaValue Apply(RenderContext context, BinaryOperator operation, JinjaValue left, JinjaValue right)
    {
        if (PythonNumbers.IsNumber(left) && PythonNumbers.IsNumber(right))
        {
            return operation switch
            {
                BinaryOperator.Add => PythonNumbers.Add(left, right),
                BinaryOperator.Subtract => PythonNumbers.Subtract(left, right),
                BinaryOperator.Multiply => PythonNumbers.Multiply(left, right),
                BinaryOperator.Divide => PythonNumbers.Divide(left, right),
                BinaryOperator.FloorDivide => PythonNumbers.FloorDivide(left, right),
                BinaryOperator.Modulo => PythonNumbers.Modulo(left, right),
                _ => PythonNumbers.Power(left, right),
            };
        }

        Attributes.CheckDefined(left);
        return operation switch
        {
            BinaryOperator.Add => Add(context, left, right),
            BinaryOperator.Modulo when left.IsString => PercentFormat.Apply(context, left, right),
            BinaryOperator.Multiply when PythonNumbers.IsInteger(right) => Repeat(context, left, right),
            BinaryOperator.Multiply when PythonNumbers.IsInteger(left) => Repeat(context, right, left),
            _ => throw Unsupported(Symbol(operation), left, right),
        };
    }

    public static JinjaValue Add(RenderContext context, JinjaValue left, JinjaValue right)
    {
        if (PythonNumbers.IsNumber(left) && PythonNumbers.IsNumber(right))
        {
            return PythonNumbers.Add(left, right);
        }

        if (left.IsString && right.IsString)
        {
            return left.IsMarkup == right.IsMarkup ? Concatenate(context, left, right)
                : left.IsMarkup ? Concatenate(context, left, HtmlEscaping.Escape(context, right))
                : Concatenate(context, HtmlEscaping.Escape(context, left), right);
        }

        if (left.Reference is SequenceObject { IsIndexable: true } first and not RangeObject
            && right.Reference is SequenceObject { IsIndexable: true } second and not RangeObject && first.IsTuple == second.IsTuple)
        {
            context.ChargeItems(first.Count + second.Count);
            JinjaValue[] items = new JinjaValue[first.Count + second.Count];
            for (int i = 0; i < items.Length; i++)
            {
                items[i] = i < first.Count ? first.ItemAt(i) : second.ItemAt(i - first.Count);
            }

            return first.IsTuple ? new JinjaValue(new TupleObject(items)) : new JinjaValue(new ListObject(items));
        }

        Attributes.CheckDefined(left);
        throw left.IsString ? new JinjaFault($"can only concatenate str (not \"{Attributes.TypeName(Defined(right))}\") to str") : Unsupported("+", left, right);
    }

    public static JinjaValue Sign(JinjaValue value, bool isMinus)
    {
        if (!PythonNumbers.IsNumber(value))
        {
            Attributes.CheckDefined(value);
            throw new JinjaFault($"bad operand type for unary {(isMinus ? '-' : '+')}: '{Attributes.TypeName(value)}'");
        }

        return isMinus ? PythonNumbers.Negate(value) : value.IsBoolean ? JinjaValue.FromInteger(value.Int64) : value;
    }

    private static JinjaValue Concatenate(RenderContext context, JinjaValue left, JinjaValue right)
    {
        context.Reserve((long)left.Length + right.Length);
        if (left.IsUniform && right.IsUniform && left.IsContent == right.IsContent)
        {
            return JinjaValue.OfText(string.Concat(left.Span, right.Span), left.IsContent).AsMarkup(left.IsMarkup || right.IsMarkup);
        }

        TextBuffer buffer = context.RentBuffer();
        buffer.Append(left);
        buffer.Append(right);
        return context.TakeText(buffer).AsMarkup(left.IsMarkup || right.IsMarkup);
    }

    private static JinjaValue Repeat(RenderContext context, JinjaValue value, JinjaValue times)
    {
        long count = times.Reference is LargeInteger ? (PythonNumbers.ToBig(times).Sign < 0 ? 0 : int.MaxValue) : Math.Clamp(times.Int64, 0, int.MaxValue);
        if (value.IsString)
        {
            context.Reserve(value.Length * count);
            return RepeatText(context, value, value.Length == 0 ? 0 : (int)count);
        }

        if (value.Reference is SequenceObject { IsIndexable: true } list and not RangeObject)
        {
            long total = list.Count * count;
            context.ChargeItems(total);
            JinjaValue[] items = new JinjaValue[total];
            for (int i = 0; i < items.Length; i++)
            {
                items[i] = list.ItemAt(i % list.Count);
            }

            return list.IsTuple ? new JinjaValue(new TupleObject(items)) : new JinjaValue(new ListObject(items));
        }

        throw Unsupported("*", value, times);
    }

    private static JinjaValue RepeatText(RenderContext context, JinjaValue value, int count)
    {
        if (value.IsUniform)
        {
            string repeated = string.Create(value.Length * count, value, static (characters, text) =>
            {
                // What is there already is copied behind itself.
                text.Span[..Math.Min(text.Length, characters.Length)].CopyTo(characters);
                for (int filled = text.Length; filled < characters.Length; filled *= 2)
                {
                    characters[..Math.Min(filled, characters.Length - filled)].CopyTo(characters[filled..]);
                }
            });
            return JinjaValue.OfText(repeated, value.IsContent).AsMarkup(value.IsMarkup);
        }

        context.ChargeItems(count);
        TextBuffer buffer = context.RentBuffer();
        for (int i = 0; i < count; i++)
        {
            buffer.Append(value);
        }

        return context.TakeText(buffer).AsMarkup(value.IsMarkup);
    }

    private static JinjaValue Defined(JinjaValue value)
    {
        Attributes.CheckDefined(value);
        return value;
    }

    private static JinjaFault Unsupported(string symbol, JinjaValue left, JinjaValue right)
    {
        Attributes.CheckDefined(left);
        Attributes.CheckDefined(right);
        return new JinjaFault($"unsupported operand type(s) for {symbol}: '{Attributes.TypeName(left)}' and '{Attributes.TypeName(right)}'");
    }

    private static string Symbol(BinaryOperator operation) => operation switch
    {
        BinaryOperator.Add => "+",
        BinaryOperator.Subtract => "-",
        BinaryOperator.Multiply => "*",
        BinaryOperator.Divide => "/",
        BinaryOperator.FloorDivide => "//",
        BinaryOperator.Modulo => "%",
        _ => "**",
    };
}
