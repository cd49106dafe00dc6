namespace LocalInference.Text.Jinja;

/// <summary>What writes output or sets variables.</summary>
internal abstract class Statement(int offset) : Node(offset)
{
    public abstract Signal Execute(Frame frame, TextBuffer output);

    /// <summary>Renders a block with a scope of its own into a text.</summary>
    protected static Signal Capture(Statement[] body, ScopeEntry scope, Frame frame, out JinjaValue text)
    {
        TextBuffer buffer = frame.Context.RentBuffer();
        scope.Enter(frame);
        Signal signal = Execute(body, frame, buffer);
        text = frame.Context.TakeText(buffer);
        return signal;
    }

    public static Signal Execute(Statement[] body, Frame frame, TextBuffer output)
    {
        foreach (Statement statement in body)
        {
            Signal signal = statement.Execute(frame, output);
            if (signal != Signal.None)
            {
                return signal;
            }
        }

        return Signal.None;
    }
}
