namespace LocalInference.Text.Jinja;

/// <summary>The arguments of a call in the source.</summary>
internal sealed class ArgumentList(Expression[] positional, string[] names, Expression[] named, Expression? more, Expression? moreNamed)
{
    public static readonly ArgumentList Empty = new([], [], [], null, null);

    public bool IsEmpty { get; } = positional.Length == 0 && names.Length == 0 && more is null && moreNamed is null;

    /// <summary>Whether they are the same in every rendering.</summary>
    public bool IsConstant { get; } = more is null && moreNamed is null && Array.TrueForAll([.. positional, .. named], argument => argument.IsConstant);

    public Expression[] Positional => positional;

    /// <summary>Evaluates them and invokes a function of the language with them.</summary>
    /// <param name="function">The function.</param>
    /// <param name="frame">The variables.</param>
    /// <param name="self">What it is applied to; missing for a plain function.</param>
    /// <param name="at">Where in the source the call stands.</param>
    public JinjaValue Invoke(Builtin function, Frame frame, JinjaValue self, int at)
    {
        if (!IsEmpty)
        {
            return InvokeWithArguments(function, frame, self, at);
        }

        frame.Context.At = at;
        return function.Invoke(frame.Context, self);
    }

    /// <summary>Evaluates them, into the space given if they fit.</summary>
    public CallArguments Evaluate(Frame frame, Span<JinjaValue> space)
    {
        if (more is not null || moreNamed is not null)
        {
            return EvaluateUnpacked(frame);
        }

        int count = positional.Length + named.Length;
        Span<JinjaValue> values = count <= space.Length ? space[..count] : new JinjaValue[count];
        for (int i = 0; i < positional.Length; i++)
        {
            values[i] = positional[i].Evaluate(frame);
        }

        for (int i = 0; i < named.Length; i++)
        {
            values[positional.Length + i] = named[i].Evaluate(frame);
        }

        return new CallArguments(values[..positional.Length], names, values[positional.Length..]);
    }

    public void ForEachChild(Action<Expression> visit)
    {
        Array.ForEach(positional, visit);
        Array.ForEach(named, visit);
        foreach (Expression? part in (ReadOnlySpan<Expression?>)[more, moreNamed])
        {
            if (part is not null)
            {
                visit(part);
            }
        }
    }

    // Apart from the calls without arguments, which need not clear the space for them.
    private JinjaValue InvokeWithArguments(Builtin function, Frame frame, JinjaValue self, int at)
    {
        ArgumentBuffer space = default;
        CallArguments evaluated = Evaluate(frame, space);
        frame.Context.At = at;
        return function.Invoke(frame.Context, self, evaluated);
    }

    private CallArguments EvaluateUnpacked(Frame frame)
    {
        List<JinjaValue> values = [.. positional.Select(argument => argument.Evaluate(frame))];
        List<string> allNames = [.. names];
        List<JinjaValue> allNamed = [.. named.Select(argument => argument.Evaluate(frame))];
        if (more is not null)
        {
            ValueCursor cursor = new(more.Evaluate(frame));
            while (cursor.MoveNext(out JinjaValue item))
            {
                frame.Context.Step();
                values.Add(item);
            }
        }

        if (moreNamed is not null)
        {
            if (moreNamed.Evaluate(frame).Reference is not MapBase map)
            {
                throw new JinjaFault("The argument after ** must be a mapping");
            }

            for (int i = 0; i < map.Count; i++)
            {
                frame.Context.Step();
                string name = map.KeyAt(i).AsString() ?? throw new JinjaFault("Keywords must be strings");
                if (allNames.Contains(name, StringComparer.Ordinal))
                {
                    throw new JinjaFault("A keyword argument is given twice");
                }

                allNames.Add(name);
                allNamed.Add(map.ValueAt(i));
            }
        }

        return new CallArguments(values.ToArray(), [.. allNames], allNamed.ToArray());
    }
}
