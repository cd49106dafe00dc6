using System.Runtime.CompilerServices;
using LocalInference.Abstractions;

namespace LocalInference.Benchmarks.Providers;

/// <summary>Answers at once with so many updates.</summary>
internal sealed class MemoryGenerator(int updates) : ITextGenerator
{
    private static readonly TextDelta s_delta = new("word ");
    private static readonly GenerationEnded s_ended = new()
    {
        FinishReason = FinishReason.EndOfGeneration,
        Usage = new() { PromptTokens = 1, CachedPromptTokens = 0, GeneratedTokens = 1, PromptDuration = TimeSpan.Zero, GenerationDuration = TimeSpan.Zero },
    };

    public TextGeneratorMetadata Metadata { get; } = new() { ProviderName = "memory" };

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public async IAsyncEnumerable<GenerationEvent> GenerateAsync(GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await ValueTask.CompletedTask.ConfigureAwait(false);
        yield return new GenerationStarted("id", "model", DateTimeOffset.UnixEpoch);
        for (int i = 0; i < updates; i++)
        {
            yield return s_delta;
        }

        yield return s_ended;
    }
}
