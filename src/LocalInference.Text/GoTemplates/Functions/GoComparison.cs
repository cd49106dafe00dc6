namespace LocalInference.Text.GoTemplates;

/// <summary>Comparison of basic values; those of different kinds do not compare, except for equality with nothing.</summary>
internal static class GoComparison
{
    public static bool EqualsAny(ReadOnlySpan<object?> arguments)
    {
        foreach (object? other in arguments[1..])
        {
            if (AreEqual(arguments[0], other))
            {
                return true;
            }
        }

        return false;
    }

    public static bool AreEqual(object? left, object? right) => (left, right) switch
    {
        (null, _) or (_, null) => left is null && right is null,
        (bool a, bool b) => a == b,
        (GoList { Form: GoForm.Types } types, MarkedText) => AreEqual(GoFormat.Write(types), right),
        _ => Order(left, right) == 0,
    };

    public static int Order(object? left, object? right) => (left, right) switch
    {
        (long a, long b) => a.CompareTo(b),
        (double a, double b) => a.CompareTo(b),
        (MarkedText a, MarkedText b) => string.CompareOrdinal(a.Text, b.Text),
        _ => throw new GoValueException("The values are of kinds that do not compare"),
    };
}
