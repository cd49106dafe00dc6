namespace LocalInference.Abstractions;

/// <summary>
/// Generates text with one or several models, in this process or elsewhere. It can say what the wire protocols of Ollama, OpenAI
/// and Anthropic need and <c>IChatClient</c> cannot: raw prompts, token ids, text in the middle, grammars, log probabilities, tool
/// arguments while they are written, adapters, context. An <c>IChatClient</c> over any generator comes from
/// <see cref="TextGeneratorExtensions.AsIChatClient(ITextGenerator, TextGeneratorChatClientOptions)"/>.
/// Implementations are safe for concurrent use.
/// </summary>
public interface ITextGenerator
{
    /// <summary>Who generates; the same for the life of the generator.</summary>
    TextGeneratorMetadata Metadata { get; }

    /// <summary>Answers a request.</summary>
    /// <param name="request">What to generate. Requests and what hangs on them must not change while they run.</param>
    /// <param name="cancellationToken">Stops the generation, also inside a long prompt. Leaving the enumeration does too.</param>
    /// <returns>
    /// The answer while it is made: a <see cref="GenerationStarted"/>, any number of deltas, and one <see cref="GenerationEnded"/> as
    /// the last event. Nothing is computed before the enumeration begins; each enumeration is a generation of its own. An answer that
    /// does not end with <see cref="GenerationEnded"/> failed: errors are thrown out of the enumeration, those of the request
    /// itself before the first event.
    /// </returns>
    /// <exception cref="LocalInferenceException">
    /// The request cannot be run or the run failed: <see cref="ModelNotFoundException"/>, <see cref="ContextLengthException"/>,
    /// <see cref="BusyException"/>, <see cref="GenerationException"/> and the others of that base.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">What generates was disposed.</exception>
    IAsyncEnumerable<GenerationEvent> GenerateAsync(GenerationRequest request, CancellationToken cancellationToken = default);

    /// <summary>Something behind this generator, as <c>IChatClient.GetService</c> gives it.</summary>
    /// <param name="serviceType">What is wanted.</param>
    /// <param name="serviceKey">Tells several of a type apart; <see langword="null"/>: the one there is.</param>
    /// <returns>An object of that type, or <see langword="null"/> if there is none.</returns>
    object? GetService(Type serviceType, object? serviceKey = null);
}
