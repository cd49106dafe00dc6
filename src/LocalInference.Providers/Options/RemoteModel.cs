using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>What is known of a provider's model. Immutable.</summary>
public sealed record RemoteModel
{
    /// <summary>Its name at the provider.</summary>
    public required string Name { get; init; }

    /// <summary>What it can do. Default: chat and tools.</summary>
    public ModelCapabilities Capabilities { get; init; } = ModelCapabilities.Chat | ModelCapabilities.Tools;

    /// <summary>Tokens that prompt and answer may have together; <see langword="null"/>: not known.</summary>
    public int? ContextLength { get; init; }

    /// <summary>What it costs; <see langword="null"/>: not known.</summary>
    public ModelPrice? Price { get; init; }
}
