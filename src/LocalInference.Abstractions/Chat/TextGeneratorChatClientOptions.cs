namespace LocalInference.Abstractions;

/// <summary>Settings of a chat client over an <see cref="ITextGenerator"/>. Immutable.</summary>
public sealed record TextGeneratorChatClientOptions
{
    /// <summary>The defaults.</summary>
    public static TextGeneratorChatClientOptions Default { get; } = new();

    /// <summary>The model of requests that name none; <see langword="null"/>: <see cref="TextGeneratorMetadata.DefaultModel"/>.</summary>
    public string? Model { get; init; }

    /// <summary>
    /// What every request begins with; <c>ChatOptions</c> and its raw representation go before it. Only the settings of its
    /// <see cref="ChatInput"/> count, not the messages. <see langword="null"/>: nothing.
    /// </summary>
    public GenerationRequest? Defaults { get; init; }
}
