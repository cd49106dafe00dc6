using LocalInference.Abstractions;
using LocalInference.Cli.Models;

namespace LocalInference.Cli.Bench;

/// <summary>
/// Measures prefill and decoding apart, with prompts of random tokens: a long prompt and one token for the former, a prompt of
/// one token and a long answer for the latter. No prompt is used twice, so that nothing comes from the prefix cache.
/// </summary>
internal sealed class ModelBenchmark(ILoadedModel model, BenchSettings settings)
{
    // The same prompts in every call, so that two builds are measured on the same work.
    private const int Seed = 42;

    private readonly Random _random = new(Seed);

    public async Task<(Rates Prefill, Rates Decode)> RunAsync(Action<string> report, CancellationToken cancellationToken)
    {
        // One kind after the other: a decode right after a prefill pays for the heat, or the share of its host, that the prefill
        // used up. Each kind has a whole run to warm up, so that .NET has compiled what a run takes before the first one counts.
        Rates prefill = await MeasureAsync("prefill", MeasurePrefillAsync, report, cancellationToken).ConfigureAwait(false);
        Rates decode = await MeasureAsync("decode", MeasureDecodeAsync, report, cancellationToken).ConfigureAwait(false);
        return (prefill, decode);
    }

    private async Task<Rates> MeasureAsync(string kind, Func<int, CancellationToken, Task<double>> measure, Action<string> report, CancellationToken cancellationToken)
    {
        report($"{kind}: warm-up");
        await measure(0, cancellationToken).ConfigureAwait(false);
        List<double> runs = [];
        for (int run = 1; run <= settings.Repeats; run++)
        {
            report($"{kind}: run {run} of {settings.Repeats}");
            runs.Add(await measure(run, cancellationToken).ConfigureAwait(false));
        }

        return new(runs);
    }

    private async Task<double> MeasurePrefillAsync(int run, CancellationToken cancellationToken)
    {
        GenerationUsage usage = await GenerateAsync(Prompt(run, settings.PromptTokens), tokens: 1, cancellationToken).ConfigureAwait(false);
        return (usage.PromptTokens - usage.CachedPromptTokens) / usage.PromptDuration.TotalSeconds;
    }

    private async Task<double> MeasureDecodeAsync(int run, CancellationToken cancellationToken)
    {
        // The first token comes from the prompt's logits; each further one takes a pass through the model.
        GenerationUsage usage = await GenerateAsync(Prompt(run, length: 1), settings.GeneratedTokens + 1, cancellationToken).ConfigureAwait(false);
        return (usage.GeneratedTokens - 1) / usage.GenerationDuration.TotalSeconds;
    }

    private async Task<GenerationUsage> GenerateAsync(int[] prompt, int tokens, CancellationToken cancellationToken)
    {
        GenerationOptions options = new() { MaxTokens = tokens, Sampling = SamplingOptions.Greedy, IgnoreEndOfGeneration = true };
        GenerationUsage? usage = null;
        await foreach (GenerationUpdate update in model.GenerateAsync(prompt, options, cancellationToken).ConfigureAwait(false))
        {
            usage = update.Usage ?? usage;
        }

        return usage ?? throw new InvalidOperationException("The engine ended a generation without saying what it consumed.");
    }

    // Runs differ in their first token, so no two share a beginning.
    private int[] Prompt(int run, int length)
    {
        int[] prompt = new int[length];
        for (int i = 0; i < length; i++)
        {
            prompt[i] = _random.Next(model.Info.VocabularySize);
        }

        prompt[0] = run % model.Info.VocabularySize;
        return prompt;
    }
}
