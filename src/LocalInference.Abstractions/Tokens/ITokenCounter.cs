namespace LocalInference.Abstractions;

/// <summary>Counts the tokens of a prompt without generating. Implementations are safe for concurrent use.</summary>
public interface ITokenCounter
{
    /// <summary>Counts what a request's prompt would take.</summary>
    /// <param name="request">The request; it is not run.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>The count, template and tools included.</returns>
    /// <exception cref="LocalInferenceException">The prompt cannot be made, as in <see cref="ITextGenerator.GenerateAsync"/>; its length is no error.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    ValueTask<TokenCount> CountTokensAsync(GenerationRequest request, CancellationToken cancellationToken = default);
}
