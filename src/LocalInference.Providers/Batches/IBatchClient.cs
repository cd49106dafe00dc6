using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>
/// Requests that a provider answers together within a day, for about half the price: OpenAI's batches of files
/// (platform.openai.com/docs/api-reference/batch) and Anthropic's of messages (platform.claude.com/docs/en/api/creating-message-batches).
/// A batch lives at the provider: whoever knows its id goes on with it, also after a restart. Safe for concurrent use.
/// <para>
/// Other providers have none and refuse them (<see cref="GenerationException"/>, <c>option_unsupported</c>).
/// <see cref="UsageMeter.Over(IBatchClient)"/> counts what they cost.
/// </para>
/// </summary>
public interface IBatchClient
{
    /// <summary>
    /// Submits requests. What is sent is sent once: it is repeated only where the provider surely took nothing.
    /// </summary>
    /// <param name="requests">
    /// The requests, at least one; at OpenAI all of one model and one kind of input. Each is checked first, as those that are answered at once.
    /// Answers are whole, so no request is streamed.
    /// </param>
    /// <param name="cancellationToken">Stops sending; the provider may have taken the batch already.</param>
    /// <returns>The batch, with the id to keep.</returns>
    /// <exception cref="GenerationException">
    /// The requests cannot be a batch (<c>batch_invalid</c>), or one of them has what the provider has nothing for.
    /// </exception>
    /// <exception cref="ProviderException">
    /// The provider did not take it; or nobody knows whether it did, because the connection broke (<c>provider_submission_unknown</c>).
    /// </exception>
    ValueTask<BatchStatus> SubmitAsync(IReadOnlyList<BatchRequest> requests, CancellationToken cancellationToken = default);

    /// <summary>Asks how far a batch is.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Stops asking.</param>
    /// <exception cref="ProviderException">The provider does not know it, or does not answer.</exception>
    ValueTask<BatchStatus> GetStatusAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Asks to stop a batch. Requests that have been answered until it is over have results, and are paid.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Stops asking.</param>
    /// <exception cref="ProviderException">The provider does not know it, it is over, or the provider does not answer.</exception>
    ValueTask<BatchStatus> CancelAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>
    /// Reads the results that there are, each once, in the provider's order, which is not that of the requests. Both providers keep them back
    /// until the batch is over; one that was cancelled or expired has those of the requests that were answered. Where the connection breaks
    /// it is opened again and what was passed on already is passed over.
    /// </summary>
    /// <param name="id">The batch's id.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="ProviderException">
    /// The results cannot be read; or some of their lines cannot (<c>batch_results_malformed</c>), which is thrown behind all that can.
    /// </exception>
    IAsyncEnumerable<BatchResult> ReadResultsAsync(string id, CancellationToken cancellationToken = default);
}
