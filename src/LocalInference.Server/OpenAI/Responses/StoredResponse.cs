using System.Text.Json;

namespace LocalInference.Server.OpenAI.Responses;

/// <summary>A response that can be asked for again, and gone on from. Immutable.</summary>
internal sealed record StoredResponse
{
    public required string Id { get; init; }

    /// <summary>The name of the key that made it; <see langword="null"/>: the server has no keys.</summary>
    public required string? Owner { get; init; }

    /// <summary>All that the model answered, earlier responses of the conversation included.</summary>
    public required IReadOnlyList<JsonElement> Input { get; init; }

    /// <summary>What it answered; empty while it does.</summary>
    public IReadOnlyList<JsonElement> Output { get; init; } = [];

    /// <summary>The response as JSON.</summary>
    public required ReadOnlyMemory<byte> Document { get; init; }

    /// <summary>Bytes that its own items and its document take; those of earlier responses are shared with these.</summary>
    public required long Bytes { get; init; }

    /// <summary>The run in the background that makes it; <see langword="null"/>: it was made within its request.</summary>
    public BackgroundRun? Run { get; init; }
}
