using System.CommandLine;
using System.CommandLine.Parsing;
using LocalInference.Cli.CommandLine;

namespace LocalInference.Cli.Run;

/// <summary>The flags that say what generates beside the model itself: adapters, guesses, and how keys and values are stored.</summary>
internal sealed class EngineFlags
{
    private readonly Option<AdapterFile[]> _adapters = AdapterOption("A LoRA adapter or a control vector in GGUF, and what it is multiplied with: FILE or FILE=SCALE. May be given more than once.");

    private readonly Option<string?> _draft = new("--draft") { Description = "A smaller model with the same vocabulary, by its name in the store or its path, which guesses tokens that the model checks several at a time.", HelpName = "MODEL" };
    private readonly Option<bool> _lookup = new("--lookup") { Description = "Guess that the text goes on as it did before: for summaries, edits and code." };
    private readonly Option<KvCacheType> _cacheType = new("--cache-type") { Description = "How keys and values are stored; fewer bits make room for more tokens. Default: F16.", DefaultValueFactory = static _ => KvCacheType.F16 };

    /// <summary>The option <c>--adapter</c>, for the commands that take files of adapters.</summary>
    public static Option<AdapterFile[]> AdapterOption(string description) => new("--adapter")
    {
        Description = description,
        HelpName = "FILE",
        CustomParser = static result => [.. result.Tokens.Select(token => Adapter(token.Value, result))],
    };

    public void AddTo(Command command)
    {
        command.Add(_adapters);
        command.Add(_draft);
        command.Add(_lookup);
        command.Add(_cacheType);
    }

    /// <summary>Whether the command line has any of them.</summary>
    public bool IsGiven(ParseResult result) => ((Option[])[_adapters, _draft, _lookup, _cacheType]).Any(option => result.GetResult(option) is { Implicit: false });

    /// <summary>The options with what the flags say; the draft model is as it is named there.</summary>
    /// <exception cref="CliException">Two flags contradict each other.</exception>
    public LocalModelOptions Apply(ParseResult result, LocalModelOptions options)
    {
        string? draft = result.GetValue(_draft);
        bool lookup = result.GetValue(_lookup);
        if (draft is not null && lookup)
        {
            throw CliException.Usage("--draft and --lookup both guess tokens, and one of them is enough.", "Leave one of them out.");
        }

        return options with
        {
            Adapters = result.GetValue(_adapters) ?? [],
            Speculation = draft is not null ? SpeculationMode.DraftModel : lookup ? SpeculationMode.PromptLookup : SpeculationMode.Off,
            DraftModelPath = draft,
            KeyType = result.GetValue(_cacheType),
            ValueType = result.GetValue(_cacheType),
        };
    }

    // A file may have an equals sign in its name; a scale is a number.
    private static AdapterFile Adapter(string text, ArgumentResult result)
    {
        int equals = text.LastIndexOf('=');
        if (equals <= 0)
        {
            return new AdapterFile(text);
        }

        if (!NumberOption.TryParse(text[(equals + 1)..], float.MinValue, float.MaxValue, out float scale))
        {
            result.AddError($"--adapter takes FILE or FILE=SCALE with a number as the scale, not '{text}'.");
        }

        return new AdapterFile(text[..equals]) { Scale = scale };
    }
}
