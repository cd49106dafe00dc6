using LocalInference.Abstractions;

namespace LocalInference.Benchmarks.Allocations;

/// <summary>What the engine's own thread allocates per generated token, as it counts it itself.</summary>
internal static class EngineAllocations
{
    /// <summary>Its name in <c>expected.json</c>.</summary>
    public const string Name = "engine.decode_token";

    private const int Tokens = 128;

    /// <summary>Bytes per token over a short answer.</summary>
    public static async Task<double> MeasureAsync()
    {
        using BenchmarkModel file = new();
        LocalModel model = await LocalModel.LoadAsync(file.Path, new LocalModelOptions { Threads = 1, ContextLength = 2 * Tokens }).ConfigureAwait(false);
        await using (model.ConfigureAwait(false))
        {
            GenerationOptions options = new()
            {
                MaxTokens = Tokens,
                IgnoreEndOfGeneration = true,
                Sampling = SamplingOptions.Default with { Seed = 1 },
            };

            // The first answer fills what is kept between answers.
            await GenerateAsync(model, options).ConfigureAwait(false);
            long before = model.Engine.DecodeAllocatedBytes;
            await GenerateAsync(model, options).ConfigureAwait(false);
            return (double)(model.Engine.DecodeAllocatedBytes - before) / Tokens;
        }
    }

    private static async Task GenerateAsync(LocalModel model, GenerationOptions options)
    {
        int tokens = 0;
        await foreach (GenerationUpdate update in model.GenerateAsync(new[] { 1, 2, 3 }, options).ConfigureAwait(false))
        {
            tokens += update.Token is null ? 0 : 1;
        }

        if (tokens != Tokens)
        {
            throw new InvalidOperationException($"{tokens} tokens were generated, not {Tokens}.");
        }
    }
}
