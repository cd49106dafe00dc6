using LocalInference.Compare;
using LocalInference.Parity.Engine;

namespace LocalInference.Parity.Replay;

/// <summary>What is asked of an engine whose calls are repeated.</summary>
/// <param name="program">The program that repeats them.</param>
/// <param name="path">The GGUF file.</param>
/// <param name="threads">Threads of either side.</param>
/// <param name="seed">Decides the prompts.</param>
internal sealed class ReplayScenarios(ReplayProgram program, string path, int threads, int seed)
{
    private const int Crowd = 12;
    private const int CrowdTokens = 120;
    private const int Shared = 100;

    /// <summary>Prompts one after the other, the longer ones in several batches.</summary>
    public Task<ReplayReport> OneByOneAsync(int prompts, int longest, int tokens, int batchSize, CancellationToken cancellationToken)
    {
        // Room for some finished requests, whose cells have to be freed for later ones.
        int cells = Math.Max(1024, 2 * (longest + tokens));
        EngineSetup setup = new(path) { ContextLength = cells, CacheLength = cells, BatchSize = batchSize, Threads = threads, PrefixCacheBytes = 0 };
        return ReplayCheck.RunAsync(
            program,
            setup,
            async model =>
            {
                RandomPrompts source = new(model.Tokenizer, seed);
                for (int i = 0; i < prompts; i++)
                {
                    await model.AnswerAsync(source.Next(1, longest), tokens, ignoreEnd: true, cancellationToken).ConfigureAwait(false);
                }
            },
            cancellationToken);
    }

    /// <summary>Requests that are moved to host memory and back, each alone in its steps.</summary>
    public Task<ReplayReport> PreemptedAsync(int prompts, CancellationToken cancellationToken) => ReplayCheck.RunAsync(
        program,
        Preemption.Setup(path, threads),
        async model =>
        {
            RandomPrompts source = new(model.Tokenizer, seed);
            for (int i = 0; i < prompts; i++)
            {
                await Preemption.AnswerAsync(model, source.Next(1, Preemption.LongestPrompt), source, ignoreEnd: true, cancellationToken).ConfigureAwait(false);
            }
        },
        cancellationToken);

    /// <summary>Many requests at once with too few cells: shared prefixes, common steps, preemption, what was finished comes back.</summary>
    /// <exception cref="CompareException">Nobody was preempted.</exception>
    public Task<ReplayReport> CrowdAsync(CancellationToken cancellationToken) => ReplayCheck.RunAsync(
        program,
        new EngineSetup(path) { ContextLength = 320, CacheLength = 512, Parallel = 6, BatchSize = 128, Threads = threads },
        async model =>
        {
            RandomPrompts source = new(model.Tokenizer, seed);
            int[] start = source.Next(Shared);
            for (int round = 0; round < 2; round++)
            {
                int[][] prompts = [.. Enumerable.Range(0, Crowd).Select(i => i % 2 == 0 ? [.. start, .. source.Next(1, 40)] : source.Next(1, 150))];
                await model.AnswerTogetherAsync(prompts, CrowdTokens, cancellationToken).ConfigureAwait(false);
            }

            if (model.Engine.Counters.Preemptions == 0)
            {
                throw new CompareException("Nobody was preempted: too little was compared.");
            }
        },
        cancellationToken);
}
