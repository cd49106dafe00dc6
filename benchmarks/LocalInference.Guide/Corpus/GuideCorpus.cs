using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using LocalInference.Architecture.Tests;

namespace LocalInference.Cli.Tests.Guide;

/// <summary>What lies in <c>models/guide</c>, read as strictly as its schemas are.</summary>
internal static partial class GuideCorpus
{
    private static readonly JsonSerializerOptions s_strict = new(JsonSerializerDefaults.Web)
    {
        PropertyNameCaseInsensitive = false,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    public static IReadOnlyList<GuideTopic> Topics { get; } =
    [
        .. Directory.EnumerateFiles(Path.Combine(Repository.Root, "models", "guide", "topics"), "*.json")
            .Order(StringComparer.Ordinal)
            .Select(static path => Read<GuideTopic>("topics", Path.GetFileName(path))),
    ];

    public static GuideOffTopic OffTopic { get; } = Read<GuideOffTopic>("off-topic.json");

    public static GuideTools Tools { get; } = Read<GuideTools>("tools", "requests.json");

    public static IEnumerable<GuideQuestion> Questions => Topics.SelectMany(static topic => topic.Questions);

    /// <summary>What the model is trained on, without requests to pull, with what is asked by it.</summary>
    public static IEnumerable<(string Wording, string Id)> Training =>
    [
        .. Questions.SelectMany(static question => question.Wordings.Select(wording => (wording, question.Id))),
        .. OffTopic.Groups.SelectMany(static group => group.Wordings.Select(wording => (wording, group.Id))),
    ];

    /// <summary>What it is evaluated on, likewise.</summary>
    public static IEnumerable<(string Wording, string Id)> HeldOut =>
    [
        .. Questions.SelectMany(static question => question.HeldOut.Select(wording => (wording, question.Id))),
        .. OffTopic.Groups.SelectMany(static group => group.HeldOut.Select(wording => (wording, group.Id))),
    ];

    public static string Text(params string[] path) => Repository.Read(["models", "guide", .. path]);

    /// <summary>The words of a text, without the case of letters and without marks: what is left is what it says.</summary>
    public static string[] Words(string text) =>
        [.. Word().Matches(text.ToLowerInvariant().Replace("'", "", StringComparison.Ordinal)).Select(static match => match.Value)];

    private static T Read<T>(params string[] path) => JsonSerializer.Deserialize<T>(Text(path), s_strict)!;

    [GeneratedRegex(@"[\p{L}\p{N}]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Word();
}
