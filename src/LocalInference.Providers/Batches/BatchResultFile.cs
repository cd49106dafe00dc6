using System.Text.Json;
using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>
/// Reads a file of results. Where the connection breaks the file is opened again, and what was passed on before is passed over. Used by one
/// reader.
/// </summary>
internal sealed class BatchResultFile(BatchConnection connection, BatchProtocol protocol, ProviderOptions options, Uri address, HashSet<string> passedOn, CancellationToken caller) : IAsyncDisposable
{
    private LinesReply? _reply;
    private int _losses;

    /// <summary>Lines that could not be read.</summary>
    public int Malformed { get; private set; }

    /// <summary>The next result; <see langword="null"/>: there is none any more.</summary>
    /// <exception cref="LocalInferenceException">The file cannot be read, or breaks off again and again.</exception>
    public async ValueTask<BatchResult?> NextAsync()
    {
        while (true)
        {
            try
            {
                _reply ??= await connection.OpenAsync(address, caller).ConfigureAwait(false);
                if (await _reply.NextAsync().ConfigureAwait(false) is not { } line)
                {
                    return null;
                }

                if (Read(line) is { } result && passedOn.Add(result.Id))
                {
                    _losses = 0;
                    return result;
                }
            }
            catch (ProviderException e) when (_reply is not null && e.Kind == ProviderErrorKind.Network && _losses < options.Resilience.Retries)
            {
                await DisposeAsync().ConfigureAwait(false);
                Malformed = 0;
                TimeSpan delay = options.Resilience.RetryDelay * Math.Pow(2, _losses++);
                await Task.Delay(delay < options.Resilience.MaxRetryDelay ? delay : options.Resilience.MaxRetryDelay, options.TimeProvider, caller).ConfigureAwait(false);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_reply is not null)
        {
            await _reply.DisposeAsync().ConfigureAwait(false);
            _reply = null;
        }
    }

    private BatchResult? Read(ReadOnlyMemory<byte> line)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(line);
            return protocol.ReadResult(json.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            Malformed++;
            return null;
        }
    }
}
