namespace LocalInference.Text.Jinja;

/// <summary>A method together with the value it is of, or a function of the language with none.</summary>
internal sealed class BoundMethod(Builtin method, JinjaValue self) : JinjaObject(JinjaValueKind.Function)
{
    public override string TypeName => "builtin_function_or_method";

    public Builtin Method => method;

    public JinjaValue Self => self;
}
