using System.Net.Http.Headers;

namespace LocalInference.Providers;

/// <summary>What is sent, as often as it takes, and who reads the answer.</summary>
internal sealed record Exchange
{
    /// <summary>The media type of nearly all bodies.</summary>
    public static MediaTypeHeaderValue Json { get; } = new("application/json");

    public HttpMethod Method { get; init; } = HttpMethod.Post;

    public required Uri Address { get; init; }

    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The media type of the body.</summary>
    public MediaTypeHeaderValue MediaType { get; init; } = Json;

    /// <summary>The media type of the answer; <see langword="null"/>: any.</summary>
    public required string? Accept { get; init; }

    /// <summary>The model that is asked for; <see langword="null"/>: none is.</summary>
    public required string? Model { get; init; }

    /// <summary>Whether it must not reach the provider twice: it is sent again only where the provider surely did nothing, and not hedged.</summary>
    public bool IsOnce { get; init; }

    /// <summary>About how many tokens prompt and answer will take; see <see cref="ProviderLimits.TokensPerMinute"/>.</summary>
    public required int EstimatedTokens { get; init; }

    /// <summary>The timestamp that the whole request ends at.</summary>
    public required long Deadline { get; init; }

    /// <summary>Reads an answer up to where it can be told that it is one. The reply owns what it is given.</summary>
    public required Func<ReplyParts, ValueTask<Reply>> Read { get; init; }

    /// <summary>Cancelled by the caller.</summary>
    public required CancellationToken Caller { get; init; }

    /// <summary>
    /// The tokens of a body: 4 bytes each, which is about what English has and more than other scripts have characters, and of the answer
    /// as many as it may have.
    /// </summary>
    public static int Estimate(ReadOnlyMemory<byte> body, int? maxTokens) => (int)Math.Min(int.MaxValue, (body.Length / 4) + (long)(maxTokens ?? 0) + 1);
}
