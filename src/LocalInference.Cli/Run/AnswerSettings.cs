using LocalInference.Abstractions;

namespace LocalInference.Cli.Run;

/// <summary>How answers are made and shown, as the command line says; a session changes it.</summary>
internal sealed record AnswerSettings
{
    public GenerationOptions Generation { get; init; } = GenerationOptions.Default;

    /// <summary>The form that answers must have; <see langword="null"/>: any.</summary>
    public OutputFormat? Output { get; init; }

    public ReasoningSettings Reasoning { get; init; } = ReasoningSettings.Default;

    /// <summary>Whether thoughts are made but not shown.</summary>
    public bool HidesThoughts { get; init; }

    /// <summary>How long a server keeps the model loaded afterwards; <see langword="null"/>: as it does by itself.</summary>
    public TimeSpan? KeepAlive { get; init; }

    /// <summary>Whether timings follow each answer.</summary>
    public bool Verbose { get; init; }
}
