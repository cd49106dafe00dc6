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
        TextBuffer buffer = frame.Context.RentBuffer();
        Scope.Enter(frame);
        Signal signal = Execute(body, frame, buffer);
        JinjaValue text = frame.Context.TakeText(buffer);
        if (signal != Signal.None)
        {
            return signal;
        }

        target.Assign(frame, filter?.EvaluateBlock(frame, text) ?? text);
        return Signal.None;
    }
}
