using System.Globalization;
using System.Numerics;
using LocalInference.Abstractions;
using LocalInference.Cli.CommandLine;

namespace LocalInference.Cli.Run;

/// <summary>A generation setting that <c>/set</c> changes, under the name of its flag.</summary>
internal sealed record SessionSetting(
    string Name,
    string Range,
    Func<GenerationOptions, string> Show,
    Func<GenerationOptions, string, GenerationOptions?> Apply)
{
    private const string Unset = "none";

    public static IReadOnlyList<SessionSetting> All { get; } =
    [
        Sampling("temperature", 0f, float.MaxValue, static s => s.Temperature, static (s, v) => s with { Temperature = v }),
        Sampling("top-p", 0f, 1f, static s => s.TopP, static (s, v) => s with { TopP = v }),
        Sampling("top-k", 0, int.MaxValue, static s => s.TopK, static (s, v) => s with { TopK = v }),
        Sampling("min-p", 0f, 1f, static s => s.MinP, static (s, v) => s with { MinP = v }),
        Optional("seed", 0u, uint.MaxValue - 1, static o => o.Sampling.Seed, static (o, v) => o with { Sampling = o.Sampling with { Seed = v } }),
        Optional("max-tokens", 1, int.MaxValue, static o => o.MaxTokens, static (o, v) => o with { MaxTokens = v }),
        new(
            "stop",
            "a text",
            static o => o.StopSequences.Count == 0 ? Unset : string.Join(", ", o.StopSequences),
            static (o, text) => o with { StopSequences = text is "" or Unset ? [] : [text] }),
    ];

    public static SessionSetting? Find(string name) =>
        All.FirstOrDefault(setting => string.Equals(setting.Name, name.Replace('_', '-'), StringComparison.Ordinal));

    private static SessionSetting Sampling<T>(string name, T minimum, T maximum, Func<SamplingOptions, T> get, Func<SamplingOptions, T, SamplingOptions> with)
        where T : struct, INumber<T>, IMinMaxValue<T> => new(
            name,
            NumberOption.Range(minimum, maximum),
            o => get(o.Sampling).ToString(null, CultureInfo.InvariantCulture),
            (o, text) => NumberOption.TryParse(text, minimum, maximum, out T value) ? o with { Sampling = with(o.Sampling, value) } : null);

    private static SessionSetting Optional<T>(string name, T minimum, T maximum, Func<GenerationOptions, T?> get, Func<GenerationOptions, T?, GenerationOptions> with)
        where T : struct, INumber<T>, IMinMaxValue<T> => new(
            name,
            $"{NumberOption.Range(minimum, maximum)}, or {Unset}",
            o => get(o)?.ToString(null, CultureInfo.InvariantCulture) ?? Unset,
            (o, text) => text is Unset ? with(o, null) : NumberOption.TryParse(text, minimum, maximum, out T value) ? with(o, value) : null);
}
