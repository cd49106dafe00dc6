using System.Text.Json;

namespace LocalInference.Server.OpenAI.Batches;

/// <summary>A batch, as OpenAI's interface tells of it; times are seconds since 1970. Immutable.</summary>
internal sealed record Batch
{
    public required string Id { get; init; }

    public string Object { get; init; } = "batch";

    public required string Endpoint { get; init; }

    public BatchErrors? Errors { get; init; }

    public required string InputFileId { get; init; }

    public string CompletionWindow { get; init; } = "24h";

    /// <summary>One of <see cref="BatchStatus"/>.</summary>
    public required string Status { get; init; }

    public string? OutputFileId { get; init; }

    public string? ErrorFileId { get; init; }

    public required long CreatedAt { get; init; }

    public long? InProgressAt { get; init; }

    public required long ExpiresAt { get; init; }

    public long? FinalizingAt { get; init; }

    public long? CompletedAt { get; init; }

    public long? FailedAt { get; init; }

    public long? ExpiredAt { get; init; }

    public long? CancellingAt { get; init; }

    public long? CancelledAt { get; init; }

    public BatchCounts RequestCounts { get; init; } = new(0, 0, 0);

    public JsonElement? Metadata { get; init; }
}
