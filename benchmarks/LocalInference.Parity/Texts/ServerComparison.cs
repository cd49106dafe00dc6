using LocalInference.Compare;
using LocalInference.Parity.Engine;

namespace LocalInference.Parity.Texts;

/// <summary>Asks the engine and llama-server the same: prompts one after the other, and answers that were preempted.</summary>
/// <param name="program">llama-server.</param>
/// <param name="output">Where results go.</param>
internal sealed class ServerComparison(string program, TextWriter output)
{
    /// <summary>Prompts that nothing interrupts, each in a context that holds nothing else.</summary>
    /// <returns>Whether all texts are equal.</returns>
    public async Task<bool> CompareAsync(EngineSetup setup, int prompts, int longest, int tokens, int seed, CancellationToken cancellationToken)
    {
        List<(int[] Prompt, GreedyAnswer Answer)> ours = [];
        LocalModel model = await setup.LoadAsync(cancellationToken).ConfigureAwait(false);
        await using (model.ConfigureAwait(false))
        {
            RandomPrompts source = new(model.Tokenizer, seed);
            for (int i = 0; i < prompts; i++)
            {
                int[] prompt = source.Next(1, longest);
                await model.ForgetAsync().ConfigureAwait(false);
                ours.Add((prompt, await model.AnswerAsync(prompt, tokens, ignoreEnd: false, cancellationToken).ConfigureAwait(false)));
            }

            return await CompareAsync(new TextComparison("one sequence", model.Tokenizer), setup, ours, tokens, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Prompts whose answers are moved to host memory and back.</summary>
    /// <returns>Whether all texts are equal.</returns>
    public async Task<bool> ComparePreemptedAsync(string path, int threads, int prompts, int seed, CancellationToken cancellationToken)
    {
        EngineSetup setup = Preemption.Setup(path, threads);
        List<(int[] Prompt, GreedyAnswer Answer)> ours = [];
        int preempted = 0;
        LocalModel model = await setup.LoadAsync(cancellationToken).ConfigureAwait(false);
        await using (model.ConfigureAwait(false))
        {
            RandomPrompts source = new(model.Tokenizer, seed);
            for (int i = 0; i < prompts; i++)
            {
                int[] prompt = source.Next(1, Preemption.LongestPrompt);
                (GreedyAnswer answer, bool was) = await Preemption.AnswerAsync(model, prompt, source, ignoreEnd: false, cancellationToken).ConfigureAwait(false);
                ours.Add((prompt, answer));
                preempted += was ? 1 : 0;
            }

            TextComparison comparison = new($"after preemption ({preempted} of {prompts} preempted)", model.Tokenizer);
            return await CompareAsync(comparison, setup, ours, Preemption.Tokens, cancellationToken).ConfigureAwait(false) && preempted > 0;
        }
    }

    private async Task<bool> CompareAsync(
        TextComparison comparison,
        EngineSetup setup,
        List<(int[] Prompt, GreedyAnswer Answer)> ours,
        int tokens,
        CancellationToken cancellationToken)
    {
        CompletionServer server = await CompletionServer.StartAsync(program, setup, cancellationToken).ConfigureAwait(false);
        await using (server.ConfigureAwait(false))
        {
            foreach ((int[] prompt, GreedyAnswer answer) in ours)
            {
                GreedyAnswer theirs = await server.AnswerAsync(prompt, tokens, cancellationToken).ConfigureAwait(false);
                if (answer.CachedPromptTokens != 0 || theirs.CachedPromptTokens != 0)
                {
                    throw new CompareException("A prompt was taken from a cache.");
                }

                comparison.Add(answer, theirs);
            }
        }

        await output.WriteLineAsync(comparison.ToString()).ConfigureAwait(false);
        return comparison.AllEqual;
    }
}
