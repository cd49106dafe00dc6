using LocalInference.Abstractions;
using LocalInference.Compare;

namespace LocalInference.Parity.Engine;

/// <summary>
/// Has a request moved to host memory and back while nothing else is in its steps: its reader is slow, so that the engine parks
/// it, and another request needs its cells meanwhile. Each step still has one row, as if the request had been alone.
/// </summary>
internal static class Preemption
{
    /// <summary>Tokens of an answer: more than may wait for a reader, and some after that.</summary>
    public const int Tokens = GenerationJob.QueueCapacity + 64;

    /// <summary>The longest prompt.</summary>
    public const int LongestPrompt = 60;

    // Prompt, what may wait, and what the other request is admitted with: 64 tokens, and 64 that the first may grow by meanwhile.
    // Less than twice 256, so that however the cells are used, llama.cpp walks over all 512.
    private const int Cells = 480;
    private const int OtherPrompt = 16;
    private const int OtherTokens = 250;

    /// <summary>How an engine's model is loaded for it.</summary>
    public static EngineSetup Setup(string path, int threads) => new(path) { ContextLength = Cells, CacheLength = Cells, Threads = threads };

    /// <summary>An answer that was interrupted.</summary>
    /// <param name="model">Loaded with <see cref="Setup"/>.</param>
    /// <param name="prompt">Its prompt.</param>
    /// <param name="prompts">Has a prompt for the other request.</param>
    /// <param name="ignoreEnd">Whether it goes on after an end token.</param>
    /// <param name="cancellationToken">Stops both.</param>
    /// <returns>The answer, and whether it was interrupted: one that ends early is not.</returns>
    /// <exception cref="CompareException">It was to be interrupted, and was not.</exception>
    public static async Task<(GreedyAnswer Answer, bool WasPreempted)> AnswerAsync(LocalModel model, int[] prompt, RandomPrompts prompts, bool ignoreEnd, CancellationToken cancellationToken)
    {
        await model.ForgetAsync().ConfigureAwait(false);
        long before = model.Engine.Counters.Preemptions;
        AnswerCollector collector = new();
        IAsyncEnumerator<GenerationUpdate> updates = model.Stream(prompt, Tokens, ignoreEnd, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using (updates.ConfigureAwait(false))
        {
            if (await updates.MoveNextAsync().ConfigureAwait(false))
            {
                collector.Add(updates.Current);
            }

            // It is admitted when the first one is parked, and ends before that goes on.
            await model.AnswerAsync(prompts.Next(OtherPrompt), OtherTokens, ignoreEnd: true, cancellationToken).ConfigureAwait(false);
            while (await updates.MoveNextAsync().ConfigureAwait(false))
            {
                collector.Add(updates.Current);
            }
        }

        bool preempted = model.Engine.Counters.Preemptions > before;
        return preempted || collector.Answer.Tokens.Length < Tokens
            ? (collector.Answer, preempted)
            : throw new CompareException("A request that was to be preempted was not: nothing was compared.");
    }
}
