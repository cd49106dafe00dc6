namespace LocalInference.Text.Jinja;

/// <summary>Another template is asked for, which there is no way to load: the sandbox reads no files.</summary>
internal sealed class LoaderStatement(int offset, Expression template) : Statement(offset)
{
    public Expression Template => template;

    public override Signal Execute(Frame frame, TextBuffer output)
    {
        template.Evaluate(frame);
        frame.Context.At = Offset;
        throw new JinjaFault("Other templates cannot be loaded");
    }
}
