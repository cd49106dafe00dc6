namespace LocalInference.Text.Jinja;

/// <summary>Python's <c>bool</c> of a value.</summary>
internal static class PythonTruth
{
    public static bool Of(JinjaValue value) => value.Kind switch
    {
        JinjaValueKind.Undefined or JinjaValueKind.None => false,
        JinjaValueKind.Boolean => value.Boolean,
        JinjaValueKind.Integer => value.Reference is LargeInteger || value.Int64 != 0,
        JinjaValueKind.Float => value.Float != 0,
        JinjaValueKind.String => value.Length > 0,
        JinjaValueKind.List => ((SequenceObject)value.Reference!).Count > 0,
        JinjaValueKind.Map => ((MapBase)value.Reference!).Count > 0,
        _ => true,
    };
}
