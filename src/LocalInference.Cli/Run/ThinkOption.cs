using System.CommandLine;
using System.CommandLine.Parsing;
using LocalInference.Abstractions;

namespace LocalInference.Cli.Run;

/// <summary><c>--think</c> and <c>/set think</c>: whether a model thinks before it answers, or how much.</summary>
internal static class ThinkOption
{
    /// <summary>What it takes.</summary>
    public const string Range = "true, false, low, medium, high or max";

    private const string Name = "--think";

    public static Option<ReasoningSettings?> Create() => new(Name)
    {
        Description = "Whether to think before answering, or how much; alone: true. Default: as the model does by itself.",
        HelpName = "true|false|low|medium|high|max",
        CustomParser = Parse,
    };

    /// <summary>Gives the option its value where it has none, so that the word behind it stays the prompt's, as with Ollama's command.</summary>
    public static IReadOnlyList<string> Complete(IReadOnlyList<string> arguments)
    {
        if (arguments is not ["run", ..])
        {
            return arguments;
        }

        string[] completed = [.. arguments];
        for (int i = 1; i < completed.Length && completed[i] != "--"; i++)
        {
            if (completed[i] == Name && (i + 1 == completed.Length || Find(completed[i + 1]) is null))
            {
                completed[i] = $"{Name}=true";
            }
        }

        return completed;
    }

    /// <summary>What a word stands for; <see langword="null"/>: it is none of those.</summary>
    public static ReasoningSettings? Find(string word) => word switch
    {
        "true" => new ReasoningSettings { Enabled = true },
        "false" => new ReasoningSettings { Enabled = false },
        "low" or "medium" or "high" or "max" => new ReasoningSettings { Enabled = true, Effort = word },
        _ => null,
    };

    /// <summary>The word for settings; <see langword="null"/>: nothing is said.</summary>
    public static string? WordFor(ReasoningSettings settings) => settings.Effort ?? settings.Enabled switch
    {
        true => "true",
        false => "false",
        null => null,
    };

    private static ReasoningSettings? Parse(ArgumentResult result)
    {
        string word = result.Tokens[0].Value;
        if (Find(word) is { } settings)
        {
            return settings;
        }

        result.AddError($"{Name} takes {Range}, not '{word}'.");
        return null;
    }
}
