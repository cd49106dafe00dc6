using System.Globalization;

namespace LocalInference.Gguf;

/// <summary>The parts a <see cref="GgufException"/> is made of, before its place in a file is known.</summary>
internal sealed record GgufError(string What)
{
    public const string GetAnotherCopy = "Download or convert the model again; the file is damaged or incomplete.";

    private const int LongestQuote = 80;

    public string? Value { get; init; }

    public string? Limit { get; init; }

    public string NextStep { get; init; } = GetAnotherCopy;

    public static GgufError Of(string what, object? value = null, object? limit = null, string? nextStep = null) => new(what)
    {
        Value = Text(value),
        Limit = Text(limit),
        NextStep = nextStep ?? GetAnotherCopy,
    };

    /// <summary>Makes text from a file safe for a message: short, and without control characters.</summary>
    public static string Quote(string text)
    {
        ReadOnlySpan<char> shown = text.AsSpan(0, Math.Min(text.Length, LongestQuote));
        return string.Concat(
            "'",
            string.Create(shown.Length, shown, static (into, from) =>
            {
                for (int i = 0; i < from.Length; i++)
                {
                    into[i] = char.IsControl(from[i]) || char.IsSurrogate(from[i]) ? '?' : from[i];
                }
            }),
            text.Length > LongestQuote ? "…'" : "'");
    }

    public string ToMessage(string? path, long? byteOffset)
    {
        string place = (path, byteOffset) switch
        {
            (null, _) => string.Empty,
            (_, null) => $" (in '{path}')",
            _ => string.Create(CultureInfo.InvariantCulture, $" (in '{path}' at byte {byteOffset})"),
        };
        return $"{What}{place}. {NextStep}";
    }

    private static string? Text(object? value) => value switch
    {
        null => null,
        string text => text,
        IFormattable number => number.ToString(format: null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };
}
