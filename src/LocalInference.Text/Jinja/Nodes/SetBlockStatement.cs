namespace LocalInference.Text.Jinja;

/// <summary>A variable set to what a block renders, through filters if there are any.</summary>
internal sealed class SetBlockStatement(int offset, AssignmentTarget target, FilterExpression? filter, Statement[] body) : Statement(offset)
{
    public AssignmentTarget Target => target;

    public FilterExpression? Filter => filter;

    public Statement[] Body => body;

    public ScopeEntry Scope { get; set; } = ScopeEntry.Empty;

    public override Signal Execute(Frame frame, TextBuffer output)
    {
        Signal signal = Capture(body, Scope, frame, out JinjaValue text);
        if (signal != Signal.None)
        {
            return signal;
        }

        target.Assign(frame, filter?.EvaluateBlock(frame, text) ?? text);
        return Signal.None;
    }
}
