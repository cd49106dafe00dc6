namespace LocalInference.Text.Jinja;

/// <summary>An undefined value that knows why it is undefined.</summary>
internal sealed class UndefinedObject(string reason) : JinjaObject(JinjaValueKind.Undefined)
{
    private static readonly JinjaValue s_unknown = Because("A value is undefined");

    public string Reason { get; } = reason;

    public override string TypeName => "Undefined";

    public static JinjaValue Because(string reason) => new(new UndefinedObject(reason));

    /// <summary>What stands for a value that was given although it is missing.</summary>
    public static JinjaValue IfMissing(JinjaValue value) => value.IsMissing ? s_unknown : value;

    public static JinjaValue OfName(string name) => Because($"'{name}' is undefined");
}
