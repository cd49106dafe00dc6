using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>See <see cref="UsageMeter.Over(IBatchClient)"/>.</summary>
internal sealed class MeteredBatchClient(IBatchClient inner, UsageMeter meter) : IBatchClient
{
    public async ValueTask<BatchStatus> SubmitAsync(IReadOnlyList<BatchRequest> requests, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(requests);
        var shares = new List<MeteredBatchShare>();
        string outcome = "abandoned";
        bool isSent = false;
        try
        {
            foreach (var share in requests.GroupBy(static request => (request.Request.Caller, request.Request.Model)))
            {
                shares.Add(await meter.BeginAsync(share.Key.Caller, share.Key.Model, [.. share], cancellationToken).ConfigureAwait(false));
            }

            cancellationToken.ThrowIfCancellationRequested();
            isSent = true;
            BatchStatus status = await inner.SubmitAsync(requests, cancellationToken).ConfigureAwait(false);
            outcome = "ok";
            return status;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            outcome = e is LocalInferenceException error ? error.Code : e.GetType().Name;
            throw;
        }
        finally
        {
            // Whoever leaves while it is sent, or is cut off, may have submitted it.
            bool isSubmitted = isSent && outcome is "ok" or "abandoned" or ExceptionFactory.SubmissionUnknownCode;
            foreach (MeteredBatchShare share in shares)
            {
                share.End(outcome, isSubmitted);
            }
        }
    }

    public ValueTask<BatchStatus> GetStatusAsync(string id, CancellationToken cancellationToken = default) => inner.GetStatusAsync(id, cancellationToken);

    public ValueTask<BatchStatus> CancelAsync(string id, CancellationToken cancellationToken = default) => inner.CancelAsync(id, cancellationToken);

    public IAsyncEnumerable<BatchResult> ReadResultsAsync(string id, CancellationToken cancellationToken = default) => inner.ReadResultsAsync(id, cancellationToken);
}
