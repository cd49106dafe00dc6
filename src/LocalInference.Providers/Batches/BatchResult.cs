using LocalInference.Abstractions;
using Microsoft.Extensions.AI;

namespace LocalInference.Providers;

/// <summary>What became of one request of a batch. Immutable.</summary>
public sealed record BatchResult
{
    /// <summary>Which one: its <see cref="BatchRequest.Id"/>.</summary>
    public required string Id { get; init; }

    /// <summary>What became of it.</summary>
    public required BatchOutcome Outcome { get; init; }

    /// <summary>
    /// Its answer, as a generator's events: a <see cref="GenerationStarted"/> first, a <see cref="GenerationEnded"/> last. Thoughts are among
    /// them whatever the request said of their visibility. Empty unless it succeeded.
    /// </summary>
    public IReadOnlyList<GenerationEvent> Events { get; init; } = [];

    /// <summary>Why it failed; <see langword="null"/> unless it did.</summary>
    public LocalInferenceException? Error { get; init; }

    /// <summary>Its answer, as a chat client's.</summary>
    /// <exception cref="LocalInferenceException">It failed: <see cref="Error"/>.</exception>
    /// <exception cref="InvalidOperationException">It was not run.</exception>
    public ChatResponse ToChatResponse()
    {
        if (Error is not null)
        {
            throw Error;
        }

        if (Outcome != BatchOutcome.Succeeded)
        {
            throw new InvalidOperationException($"The request '{Id}' was not run: {Outcome}.");
        }

        var updates = new ChatUpdateBuilder();
        return Events.Select(updates.Of).OfType<ChatResponseUpdate>().ToChatResponse();
    }
}
