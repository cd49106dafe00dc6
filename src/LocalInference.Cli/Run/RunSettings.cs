namespace LocalInference.Cli.Run;

/// <summary>How <c>run</c> was called.</summary>
internal sealed record RunSettings
{
    public required string Model { get; init; }

    public required string Prompt { get; init; }

    public required LocalModelOptions ModelOptions { get; init; }

    /// <summary>Whether the command line says how it is loaded.</summary>
    public bool IsLoadedAsSaid { get; init; }

    public required GenerationFlags Generation { get; init; }

    /// <summary>The file of providers and routes; <see langword="null"/>: the user's own.</summary>
    public string? SettingsFile { get; init; }

    public string? System { get; init; }

    public bool Raw { get; init; }

    public AnswerSettings Answers { get; init; } = new();

    public bool Json { get; init; }
}
