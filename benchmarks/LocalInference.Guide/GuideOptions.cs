using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace LocalInference.Guide;

/// <summary>What the program was asked for.</summary>
internal sealed record GuideOptions
{
#if DEBUG
    private const string Configuration = "Debug";
#else
    private const string Configuration = "Release";
#endif

    public const string Usage =
        """
        usage: LocalInference.Guide train [--guide FOLDER] [--work FOLDER] [--resume] [--steps N] [--threads N]
               LocalInference.Guide evaluate [MODEL] [--guide FOLDER] [--out FILE] [--all]
               LocalInference.Guide cold-start [--cli PROGRAM]

        train       makes samples, vocabulary and model anew, trains it and writes FOLDER/guide.gguf, with digests into FOLDER/recipe.json
        evaluate    asks MODEL (default FOLDER/guide.gguf) everything that was held out of its training
        cold-start  times the first word of `run guide`, from the start of PROGRAM (default the one of this checkout)
          --guide   the corpus (default models/guide)
          --work    where samples, checkpoints and metrics are kept (default artifacts/guide)
          --resume  goes on from the last checkpoint
          --steps   ends after so many steps, to see how fast it is; writes no guide.gguf and no digests
          --threads that compute (default the physical cores); the result is the same
          --out     also writes the result as JSON
          --all     asks every wording that it was trained on, too
        """;

    public required GuideVerb Verb { get; init; }

    public string Folder { get; init; } = Path.Combine("models", "guide");

    public string WorkFolder { get; init; } = Path.Combine("artifacts", "guide");

    /// <summary>The program that was built along with this one, in the repository that this was called in.</summary>
    public string Program { get; init; } = Path.Combine("src", "LocalInference.Cli", "bin", Configuration, "net10.0", OperatingSystem.IsWindows() ? "LocalInference.Cli.exe" : "LocalInference.Cli");

    public string? Model { get; init; }

    public string? ResultPath { get; init; }

    public int? Steps { get; init; }

    public int? Threads { get; init; }

    public bool Resume { get; init; }

    public bool All { get; init; }

    public static bool TryParse(string[] args, [NotNullWhen(true)] out GuideOptions? options, [NotNullWhen(false)] out string? error)
    {
        error = null;
        options = FindVerb(args) is { } verb ? new GuideOptions { Verb = verb } : null;
        for (int i = 1; i < args.Length && options is not null; i++)
        {
            string? value = i + 1 < args.Length ? args[i + 1] : null;
            bool takesValue = args[i] is "--guide" or "--work" or "--out" or "--cli" or "--steps" or "--threads";
            options = (args[i], value) switch
            {
                ("--resume", _) => options with { Resume = true },
                ("--all", _) => options with { All = true },
                ("--guide", not null) => options with { Folder = value },
                ("--work", not null) => options with { WorkFolder = value },
                ("--out", not null) => options with { ResultPath = value },
                ("--cli", not null) => options with { Program = value },
                ("--steps", not null) when int.TryParse(value, CultureInfo.InvariantCulture, out int steps) && steps > 0 => options with { Steps = steps },
                ("--threads", not null) when int.TryParse(value, CultureInfo.InvariantCulture, out int threads) && threads > 0 => options with { Threads = threads },
                _ when !takesValue && !args[i].StartsWith('-') && options is { Verb: GuideVerb.Evaluate, Model: null } => options with { Model = args[i] },
                _ => null,
            };
            error = options is null ? $"'{args[i]}' is not understood, or lacks its value." : null;
            i += takesValue ? 1 : 0;
        }

        error ??= options is null ? "Say what to do." : null;
        return options is not null;
    }

    private static GuideVerb? FindVerb(string[] args) => args switch
    {
        ["train", ..] => GuideVerb.Train,
        ["evaluate", ..] => GuideVerb.Evaluate,
        ["cold-start", ..] => GuideVerb.ColdStart,
        _ => null,
    };
}
