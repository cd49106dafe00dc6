namespace LocalInference.Text.Jinja;

/// <summary>A call that hands the macro its body as <c>caller</c>.</summary>
internal sealed class CallBlockStatement(int offset, CallExpression call, MacroDefinition body) : Statement(offset)
{
    public CallExpression Call => call;

    public MacroDefinition Body => body;

    public override Signal Execute(Frame frame, TextBuffer output)
    {
        frame.Context.Step();
        call.Render(frame, new JinjaValue(new MacroObject(body, frame)), output);
        return Signal.None;
    }
}
