using LocalInference.Abstractions;

namespace LocalInference.Parity.Engine;

/// <summary>Asks the engine for greedy answers.</summary>
internal static class GreedyRequests
{
    /// <summary>An answer to a prompt of tokens; it ends early where the model ends it, unless it goes on after end tokens.</summary>
    public static Task<GreedyAnswer> AnswerAsync(this LocalModel model, int[] prompt, int tokens, bool ignoreEnd, CancellationToken cancellationToken) =>
        ReadAsync(model.Stream(prompt, tokens, ignoreEnd, cancellationToken), cancellationToken);

    /// <summary>The answer as it comes.</summary>
    public static IAsyncEnumerable<GenerationUpdate> Stream(this LocalModel model, int[] prompt, int tokens, bool ignoreEnd, CancellationToken cancellationToken) =>
        model.GenerateAsync(prompt, new GenerationOptions { MaxTokens = tokens, Sampling = SamplingOptions.Greedy, IgnoreEndOfGeneration = ignoreEnd }, cancellationToken);

    /// <summary>Reads an answer to its end.</summary>
    public static async Task<GreedyAnswer> ReadAsync(IAsyncEnumerable<GenerationUpdate> updates, CancellationToken cancellationToken)
    {
        AnswerCollector collector = new();
        await foreach (GenerationUpdate update in updates.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            collector.Add(update);
        }

        return collector.Answer;
    }

    /// <summary>Answers to prompts that the engine gets all at once: it computes none before it has them all.</summary>
    public static async Task<GreedyAnswer[]> AnswerTogetherAsync(this LocalModel model, IReadOnlyList<int[]> prompts, int tokens, CancellationToken cancellationToken)
    {
        using ManualResetEventSlim submitted = new();
        Task<bool> held = model.Engine.RunAsync(_ =>
        {
            submitted.Wait(cancellationToken);
            return true;
        });

        // A request is submitted before its method returns.
        Task<GreedyAnswer>[] answers = [.. prompts.Select(prompt => model.AnswerAsync(prompt, tokens, ignoreEnd: true, cancellationToken))];
        submitted.Set();
        await held.ConfigureAwait(false);
        return await Task.WhenAll(answers).ConfigureAwait(false);
    }

    /// <summary>Forgets every finished request, so that the next one finds the context as a new one is.</summary>
    public static Task ForgetAsync(this LocalModel model) => model.Engine.RunAsync(static cache =>
    {
        cache.Clear();
        return true;
    });
}
