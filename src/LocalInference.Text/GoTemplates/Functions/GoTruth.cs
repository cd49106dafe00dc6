namespace LocalInference.Text.GoTemplates;

/// <summary>What counts as true: everything but the zero value and empty collections.</summary>
internal static class GoTruth
{
    public static bool Of(object? value) => value switch
    {
        null => false,
        bool truth => truth,
        long integer => integer != 0,
        double real => real != 0,
        MarkedText text => text.Text.Length > 0,
        GoList list => list.Items.Count > 0,
        GoMap map => map.IsStruct || map.Count > 0,
        _ => true,
    };
}
