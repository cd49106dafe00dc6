namespace LocalInference.Server.OpenAI.Batches;

/// <summary>A file, as OpenAI's interface tells of it; times are seconds since 1970. Immutable.</summary>
internal sealed record StoredFile
{
    public required string Id { get; init; }

    public string Object { get; init; } = "file";

    public required long Bytes { get; init; }

    public required long CreatedAt { get; init; }

    public long? ExpiresAt { get; init; }

    public required string Filename { get; init; }

    public required string Purpose { get; init; }

    public string Status { get; init; } = "processed";
}
