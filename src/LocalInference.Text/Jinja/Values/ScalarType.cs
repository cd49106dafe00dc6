namespace LocalInference.Text.Jinja;

/// <summary>The types whose values fit the second word of a value.</summary>
internal sealed class ScalarType : JinjaObject
{
    public static readonly ScalarType None = new(JinjaValueKind.None, "NoneType");
    public static readonly ScalarType Boolean = new(JinjaValueKind.Boolean, "bool");
    public static readonly ScalarType Integer = new(JinjaValueKind.Integer, "int");
    public static readonly ScalarType Float = new(JinjaValueKind.Float, "float");

    private ScalarType(JinjaValueKind kind, string typeName)
        : base(kind) => TypeName = typeName;

    public override string TypeName { get; }
}
