namespace LocalInference.Text.Jinja;

/// <summary>A block whose output goes through filters.</summary>
internal sealed class FilterBlockStatement(int offset, FilterExpression filter, Statement[] body) : Statement(offset)
{
    public FilterExpression Filter => filter;

    public Statement[] Body => body;

    public ScopeEntry Scope { get; set; } = ScopeEntry.Empty;

    public override Signal Execute(Frame frame, TextBuffer output)
    {
        Signal signal = Capture(body, Scope, frame, out JinjaValue text);
        if (signal == Signal.None)
        {
            PythonText.Write(filter.EvaluateBlock(frame, text), output);
        }

        return signal;
    }
}
