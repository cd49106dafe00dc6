namespace LocalInference.Text.Jinja;

/// <summary>A block with a scope of its own: <c>with</c>, <c>block</c>, and the <c>generation</c> block of Hugging Face.</summary>
internal sealed class ScopeStatement(int offset, (AssignmentTarget Target, Expression Value)[] variables, Statement[] body) : Statement(offset)
{
    public (AssignmentTarget Target, Expression Value)[] Variables => variables;

    public Statement[] Body => body;

    public ScopeEntry Scope { get; set; } = ScopeEntry.Empty;

    public override Signal Execute(Frame frame, TextBuffer output)
    {
        frame.Context.Step();
        Scope.Enter(frame);
        foreach ((AssignmentTarget target, Expression value) in variables)
        {
            target.Assign(frame, value.Evaluate(frame));
        }

        return Execute(body, frame, output);
    }
}
