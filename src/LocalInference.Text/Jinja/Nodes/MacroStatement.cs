namespace LocalInference.Text.Jinja;

internal sealed class MacroStatement(int offset, NameTarget target, MacroDefinition macro) : Statement(offset)
{
    public NameTarget Target => target;

    public MacroDefinition Macro => macro;

    public override Signal Execute(Frame frame, TextBuffer output)
    {
        frame.Context.Step();
        target.Assign(frame, new JinjaValue(new MacroObject(macro, frame)));
        return Signal.None;
    }
}
