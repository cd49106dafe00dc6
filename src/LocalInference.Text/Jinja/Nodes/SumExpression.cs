namespace LocalInference.Text.Jinja;

/// <summary>Two or more operands joined by <c>+</c>. Texts are written one after the other where the sum is printed.</summary>
internal sealed class SumExpression(int offset, Expression[] operands) : Expression(offset)
{
    // The operands that are texts in the source; null for the others.
    private readonly string?[] _texts = Array.ConvertAll(operands, operand => operand is ConstantExpression constant ? constant.Value.AsString() : null);

    public override JinjaValue Evaluate(Frame frame)
    {
        JinjaValue sum = operands[0].Evaluate(frame);
        if (sum.IsString && !sum.IsMarkup && operands.Length > 2)
        {
            TextBuffer buffer = frame.Context.RentBuffer();
            Write(frame, sum, buffer);
            return frame.Context.TakeText(buffer);
        }

        return Add(frame, sum, 1);
    }

    public override void Render(Frame frame, TextBuffer output)
    {
        JinjaValue first = operands[0].Evaluate(frame);
        if (first.IsString && !first.IsMarkup)
        {
            Write(frame, first, output);
        }
        else
        {
            PythonText.Write(Add(frame, first, 1), output);
        }
    }

    public override void ForEachChild(Action<Expression> visit) => Array.ForEach(operands, visit);

    private void Write(Frame frame, JinjaValue first, TextBuffer output)
    {
        int before = output.Length;
        output.Append(first);
        for (int i = 1; i < operands.Length; i++)
        {
            if (_texts[i] is { } text)
            {
                output.Append(text);
                continue;
            }

            if (operands[i].GivesText)
            {
                operands[i].Render(frame, output);
                continue;
            }

            JinjaValue operand = operands[i].Evaluate(frame);
            if (!operand.IsString || operand.IsMarkup)
            {
                // Markup escapes what is before it; anything else is an error, which the addition words.
                frame.Context.At = Offset;
                output.Append(Add(frame, Operators.Add(frame.Context, output.Cut(before), operand), i + 1));
                return;
            }

            output.Append(operand);
        }

        frame.Context.Charge(output.Length - before);
    }

    // Adds the operands from one on.
    private JinjaValue Add(Frame frame, JinjaValue sum, int from)
    {
        for (int i = from; i < operands.Length; i++)
        {
            JinjaValue operand = operands[i].Evaluate(frame);
            frame.Context.At = Offset;
            sum = Operators.Add(frame.Context, sum, operand);
        }

        return sum;
    }
}
