using System.Globalization;

namespace LocalInference.Conformance.Tests;

/// <summary>
/// How much the tests try. In a run of all tests it is a slice; <c>LOCALINFERENCE_SAMPLES=1</c> asks for all that the bars say.
/// </summary>
internal static class SampleCount
{
    private static readonly bool s_all = Environment.GetEnvironmentVariable("LOCALINFERENCE_SAMPLES") is { Length: > 0 } value
        && int.Parse(value, CultureInfo.InvariantCulture) > 0;

    /// <summary>Texts drawn from each of two grammars that are compared.</summary>
    public static int Texts => s_all ? 500 : 40;

    /// <summary>Random schemas.</summary>
    public static int Schemas => s_all ? 500 : 120;

    /// <summary>Texts drawn for each random schema, and as many changed ones.</summary>
    public static int TextsOfSchema => s_all ? 40 : 12;
}
