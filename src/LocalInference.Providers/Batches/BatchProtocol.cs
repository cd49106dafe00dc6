using System.Text.Json;
using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>How a provider's batches are on the wire. Safe for concurrent use.</summary>
internal abstract class BatchProtocol
{
    /// <summary>What answers are read for: whoever reads them after a restart has no requests any more.</summary>
    protected static GenerationRequest AnyRequest { get; } = new() { Input = new ChatInput { Messages = [] } };

    /// <summary>The most requests of a batch.</summary>
    public abstract int MaxRequests { get; }

    /// <summary>The longest body of a batch, in bytes.</summary>
    public abstract int MaxBytes { get; }

    /// <summary>Says what is wrong with requests together; <see langword="null"/>: nothing is.</summary>
    public virtual string? FaultOf(IReadOnlyList<BatchRequest> requests, IReadOnlyList<string> models) => null;

    /// <summary>Writes the requests as they are submitted.</summary>
    /// <param name="to">Where to.</param>
    /// <param name="requests">The requests.</param>
    /// <param name="models">The model of each.</param>
    /// <exception cref="GenerationException">The provider cannot do what one of them asks for.</exception>
    public abstract void Write(BatchWriter to, IReadOnlyList<BatchRequest> requests, IReadOnlyList<string> models);

    /// <summary>Submits what was written.</summary>
    /// <exception cref="LocalInferenceException">The provider did not take it.</exception>
    public abstract ValueTask<BatchStatus> SubmitAsync(BatchConnection connection, ReadOnlyMemory<byte> body, BatchRequest first, CancellationToken cancellationToken);

    public abstract Uri StatusAddress(string id);

    public abstract Uri CancelAddress(string id);

    /// <exception cref="JsonException">It is not what the protocol says.</exception>
    public abstract BatchStatus ReadStatus(JsonElement batch);

    /// <summary>Where results are, as a status says; none: there are none yet.</summary>
    public abstract IReadOnlyList<Uri> ResultAddresses(JsonElement batch);

    /// <exception cref="JsonException">It is not what the protocol says.</exception>
    public abstract BatchResult ReadResult(JsonElement line);
}
