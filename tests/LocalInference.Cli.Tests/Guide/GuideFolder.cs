using System.Text.RegularExpressions;
using LocalInference.Architecture.Tests;
using LocalInference.Guide;

namespace LocalInference.Cli.Tests.Guide;

/// <summary>The corpus in this checkout.</summary>
internal static partial class GuideFolder
{
    public static string Path { get; } = System.IO.Path.Combine(Repository.Root, "models", "guide");

    public static GuideCorpus Corpus { get; } = GuideCorpus.Read(Path);

    /// <summary>What the model is trained on, without requests to pull, with what is asked by it.</summary>
    public static IEnumerable<(string Wording, string Id)> Training =>
    [
        .. Corpus.Questions.SelectMany(static question => question.Wordings.Select(wording => (wording, question.Id))),
        .. Corpus.OffTopic.Groups.SelectMany(static group => group.Wordings.Select(wording => (wording, group.Id))),
    ];

    /// <summary>What it is evaluated on, likewise.</summary>
    public static IEnumerable<(string Wording, string Id)> HeldOut =>
    [
        .. Corpus.Questions.SelectMany(static question => question.HeldOut.Select(wording => (wording, question.Id))),
        .. Corpus.OffTopic.Groups.SelectMany(static group => group.HeldOut.Select(wording => (wording, group.Id))),
    ];

    /// <summary>The words of a text, without the case of letters and without marks: what is left is what it says.</summary>
    public static string[] Words(string text) =>
        [.. Word().Matches(text.ToLowerInvariant().Replace("'", "", StringComparison.Ordinal)).Select(static match => match.Value)];

    [GeneratedRegex(@"[\p{L}\p{N}]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Word();
}
