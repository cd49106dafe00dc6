namespace LocalInference.Text.Jinja;

/// <summary>What writes output or sets variables.</summary>
internal abstract class Statement(int offset) : Node(offset)
{
    public abstract Signal Execute(Frame frame, TextBuffer output);

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
