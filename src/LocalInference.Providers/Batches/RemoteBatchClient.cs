using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>See <see cref="RemoteProvider.Batches"/>.</summary>
internal sealed class RemoteBatchClient(ProviderOptions options, BatchProtocol? protocol, ProviderEndpoint endpoint) : IBatchClient
{
    private const int MaxIdLength = 64;

    private static readonly SearchValues<char> s_idCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    private readonly BatchConnection _connection = new(options, endpoint);

    private BatchProtocol Protocol => protocol ?? throw ExceptionFactory.OptionUnsupported(options.Name, "batches");

    public async ValueTask<BatchStatus> SubmitAsync(IReadOnlyList<BatchRequest> requests, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(requests);
        BatchProtocol wire = Protocol;
        Check(requests, wire);
        string[] models = [.. requests.Select(request => RemoteModelName.Of(request.Request.Model, request.Request.LocalOnly, options))];
        if (wire.FaultOf(requests, models) is { } fault)
        {
            throw ExceptionFactory.Batch(fault, "Submit them as several batches.");
        }

        using var writer = new BatchWriter(wire.MaxBytes);
        wire.Write(writer, requests, models);
        return await wire.SubmitAsync(_connection, writer.Written, requests[0], cancellationToken).ConfigureAwait(false);
    }

    public ValueTask<BatchStatus> GetStatusAsync(string id, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        return _connection.GetAsync(Protocol.StatusAddress(id), Protocol.ReadStatus, cancellationToken);
    }

    public ValueTask<BatchStatus> CancelAsync(string id, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        return _connection.PostAsync(Protocol.CancelAddress(id), body: default, Exchange.Json, isOnce: false, Protocol.ReadStatus, cancellationToken);
    }

    public IAsyncEnumerable<BatchResult> ReadResultsAsync(string id, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        return ResultsAsync(Protocol, id, cancellationToken);
    }

    private async IAsyncEnumerable<BatchResult> ResultsAsync(BatchProtocol wire, string id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IReadOnlyList<Uri> addresses = await _connection.GetAsync(wire.StatusAddress(id), wire.ResultAddresses, cancellationToken).ConfigureAwait(false);
        var passedOn = new HashSet<string>(StringComparer.Ordinal);
        int malformed = 0;
        foreach (Uri address in addresses)
        {
            var file = new BatchResultFile(_connection, wire, options, address, passedOn, cancellationToken);
            await using (file.ConfigureAwait(false))
            {
                while (await file.NextAsync().ConfigureAwait(false) is { } result)
                {
                    yield return result;
                }

                malformed += file.Malformed;
            }
        }

        if (malformed > 0)
        {
            throw ExceptionFactory.Provider(
                ProviderErrorKind.Outage,
                options.Name,
                string.Create(CultureInfo.InvariantCulture, $"sent {malformed} results that cannot be read, among others that could"),
                "batch_results_malformed");
        }
    }

    private static void Check(IReadOnlyList<BatchRequest> requests, BatchProtocol wire)
    {
        if (requests.Count == 0 || requests.Count > wire.MaxRequests)
        {
            throw ExceptionFactory.Batch(
                string.Create(CultureInfo.InvariantCulture, $"it has {requests.Count} requests, and the provider takes 1 to {wire.MaxRequests}"),
                "Submit them as several batches.");
        }

        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (BatchRequest request in requests)
        {
            if (request.Id.Length is 0 or > MaxIdLength || request.Id.AsSpan().ContainsAnyExcept(s_idCharacters))
            {
                throw ExceptionFactory.Batch($"'{request.Id}' is no id of a request", "Use 1 to 64 letters, digits, _ and -.");
            }

            if (!ids.Add(request.Id))
            {
                throw ExceptionFactory.Batch($"two of its requests have the id '{request.Id}'", "Give each its own.");
            }
        }
    }
}
