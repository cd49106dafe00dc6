using System.Runtime.CompilerServices;
using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>Waits for batches, and runs them so that a restart goes on where it stopped.</summary>
public static class BatchClientExtensions
{
    /// <summary>Waits until a batch is over. What the provider cannot answer for a while is waited out.</summary>
    /// <param name="client">The provider's batches.</param>
    /// <param name="id">The batch's id.</param>
    /// <param name="polling">How to wait; <see langword="null"/>: the defaults.</param>
    /// <param name="cancellationToken">Stops waiting; the batch goes on.</param>
    /// <returns>Its last status.</returns>
    /// <exception cref="ProviderException">The provider does not know it, or has not answered for <see cref="BatchPolling.MaxOutage"/>.</exception>
    public static async ValueTask<BatchStatus> WaitAsync(this IBatchClient client, string id, BatchPolling? polling = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(id);
        polling ??= BatchPolling.Default;
        TimeSpan interval = polling.FirstInterval;
        long answered = polling.TimeProvider.GetTimestamp();
        while (true)
        {
            TimeSpan wait = interval;
            try
            {
                BatchStatus status = await client.GetStatusAsync(id, cancellationToken).ConfigureAwait(false);
                answered = polling.TimeProvider.GetTimestamp();
                polling.OnStatus?.Invoke(status);
                if (status.IsOver)
                {
                    return status;
                }
            }
            catch (ProviderException e) when (e.Kind is ProviderErrorKind.Network or ProviderErrorKind.Outage or ProviderErrorKind.RateLimit && polling.TimeProvider.GetElapsedTime(answered) < polling.MaxOutage)
            {
                wait = e.RetryAfter > wait ? e.RetryAfter.Value : wait;
            }

            await Task.Delay(wait, polling.TimeProvider, cancellationToken).ConfigureAwait(false);
            interval = interval * 2 < polling.LongestInterval ? interval * 2 : polling.LongestInterval;
        }
    }

    /// <summary>
    /// Submits a batch, waits for it and reads its results. A file keeps the batch's id meanwhile: called again with the same requests and
    /// file, after a restart or an error, it goes on with the batch that runs. Where the process ended while it submitted, it says so instead
    /// of submitting a second time. The file is deleted behind the last result.
    /// </summary>
    /// <param name="client">The provider's batches.</param>
    /// <param name="requests">The requests.</param>
    /// <param name="stateFile">The file's path; its folder exists. Neither texts nor keys are in it.</param>
    /// <param name="polling">How to wait; <see langword="null"/>: the defaults.</param>
    /// <param name="cancellationToken">Stops; the batch goes on.</param>
    /// <returns>One result for each request, as they come.</returns>
    /// <exception cref="GenerationException">
    /// The requests cannot be a batch, the file is of other requests or damaged (<c>batch_state_invalid</c>), or nobody knows whether the batch
    /// was submitted (<c>batch_state_unknown</c>).
    /// </exception>
    /// <exception cref="ProviderException">The provider failed, or ran none of it (<c>batch_failed</c>).</exception>
    public static IAsyncEnumerable<BatchResult> RunAsync(this IBatchClient client, IReadOnlyList<BatchRequest> requests, string stateFile, BatchPolling? polling = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(requests);
        ArgumentException.ThrowIfNullOrEmpty(stateFile);
        return ResultsAsync(client, requests, new BatchStateFile(stateFile, requests), polling, cancellationToken);
    }

    private static async IAsyncEnumerable<BatchResult> ResultsAsync(IBatchClient client, IReadOnlyList<BatchRequest> requests, BatchStateFile file, BatchPolling? polling, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string id = file.ReadId() ?? await SubmitAsync(client, requests, file, cancellationToken).ConfigureAwait(false);
        BatchStatus status = await client.WaitAsync(id, polling, cancellationToken).ConfigureAwait(false);
        if (status.State == BatchState.Failed)
        {
            file.Delete();
            throw ExceptionFactory.BatchFailed(status.Provider, id, status.Faults);
        }

        var missing = new HashSet<string>(requests.Select(static request => request.Id), StringComparer.Ordinal);
        await foreach (BatchResult result in client.ReadResultsAsync(id, cancellationToken).ConfigureAwait(false))
        {
            missing.Remove(result.Id);
            yield return result;
        }

        // OpenAI has no lines for what a batch that was stopped did not get to.
        foreach (string left in requests.Select(static request => request.Id).Where(missing.Contains))
        {
            yield return new BatchResult { Id = left, Outcome = status.State == BatchState.Expired ? BatchOutcome.Expired : BatchOutcome.Cancelled };
        }

        file.Delete();
    }

    private static async ValueTask<string> SubmitAsync(IBatchClient client, IReadOnlyList<BatchRequest> requests, BatchStateFile file, CancellationToken cancellationToken)
    {
        file.Write(id: null);
        try
        {
            BatchStatus status = await client.SubmitAsync(requests, cancellationToken).ConfigureAwait(false);
            file.Write(status.Id);
            return status.Id;
        }
        catch (LocalInferenceException e) when (e.Code != ExceptionFactory.SubmissionUnknownCode)
        {
            // Surely nothing was submitted. A caller that cancelled may have done so too late.
            file.Delete();
            throw;
        }
    }
}
