using System.CommandLine;
using LocalInference.Abstractions;

namespace LocalInference.Cli.Embed;

/// <summary><c>--truncate</c>: what becomes of a text that is too long.</summary>
internal static class TruncationOption
{
    public static Option<TextTruncation> Create(string subject) => new("--truncate")
    {
        Description = $"Cut the end or the start of a {subject} that is too long: end, start, or error (the default).",
        HelpName = "SIDE",
        DefaultValueFactory = static _ => TextTruncation.Error,
    };
}
