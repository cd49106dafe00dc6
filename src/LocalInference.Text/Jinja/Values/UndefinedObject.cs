namespace LocalInference.Text.Jinja;

/// <summary>An undefined value that knows why it is undefined.</summary>
internal sealed class UndefinedObject(string reason) : JinjaObject(JinjaValueKind.Undefined)
{
    public string Reason { get; } = reason;

    public override string TypeName => "Undefined";

    public static JinjaValue Because(string reason) => new(new UndefinedObject(reason));

    public static JinjaValue OfName(string name) => Because($"'{name}' is undefined");
}
