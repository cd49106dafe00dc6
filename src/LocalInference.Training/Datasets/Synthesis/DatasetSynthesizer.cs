using LocalInference.Abstractions;
using Microsoft.Extensions.AI;

namespace LocalInference.Training;

/// <summary>Makes datasets with a model, of this machine or remote: questions and their answers from seeds. Safe on any thread.</summary>
public static class DatasetSynthesizer
{
    /// <summary>
    /// Asks a model for samples, drops what says the same as one that is there, or nearly so, and what the judge refuses, and writes the
    /// others, in the order of their seeds, as they come: OpenAI's messages as JSON Lines (<see cref="DatasetFormat.Chat"/>).
    /// <para>What became of each is kept in a journal beside the output, <c>OUT.journal</c>, without what was asked or answered. With the
    /// same options, another run over the same output goes on where this one ended, however it ended; seeds may have been added, and
    /// samples for each. With other options it is refused.</para>
    /// </summary>
    /// <param name="client">
    /// The model. It is asked for JSON by a schema; answers that are none all the same are counted as failed. It stays the caller's to
    /// dispose, and is asked by several tasks at once (<see cref="SynthesisOptions.Parallelism"/>).
    /// </param>
    /// <param name="seeds">What to make samples of; see <see cref="SynthesisSeed.ReadAll"/>.</param>
    /// <param name="options">How.</param>
    /// <param name="outputPath">The file to write or go on with.</param>
    /// <param name="progress">Told before the first sample, and of each that is settled.</param>
    /// <param name="cancellationToken">Ends the work; what has been written stays.</param>
    /// <returns>What became of all samples.</returns>
    /// <exception cref="TrainingException">The output cannot be gone on with (<c>dataset_invalid</c>).</exception>
    /// <exception cref="GenerationException">An option is out of range, or the template has a place for a field that a seed lacks.</exception>
    /// <exception cref="Text.TemplateException">The template does not parse, or fails.</exception>
    /// <exception cref="LocalInferenceException">The model cannot be asked. What the client throws else comes through as it is.</exception>
    /// <exception cref="IOException">The output cannot be written, or another synthesis writes it.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Task<SynthesisReport> SynthesizeAsync(
        IChatClient client,
        IReadOnlyList<SynthesisSeed> seeds,
        SynthesisOptions options,
        string outputPath,
        IProgress<SynthesisReport>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(seeds);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrEmpty(outputPath);
        options.Validate();
        return Task.Run(() => RunAsync(client, SynthesisPrompt.Render(seeds, options), options, outputPath, progress, cancellationToken), cancellationToken);
    }

    private static async Task<SynthesisReport> RunAsync(IChatClient client, IReadOnlyList<SynthesisPrompt> prompts, SynthesisOptions options, string outputPath, IProgress<SynthesisReport>? progress, CancellationToken cancellationToken)
    {
        using SynthesisJournal journal = SynthesisJournal.Open(outputPath, options.Digest());
        SampleSink sink = new(journal, outputPath, options.NearDuplicateSimilarity, prompts, progress);
        SampleWriter writer = new(client, options);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

        // They are settled in their order, so that which of two duplicates stays does not depend on which came first.
        Queue<(SynthesisPrompt Prompt, Task<(SynthesisOutcome Outcome, ConversationRecord? Record)> Answer)> asked = new();
        try
        {
            foreach (SynthesisPrompt prompt in prompts.Where(prompt => !journal.Known.ContainsKey(prompt.Key)).ToArray())
            {
                if (asked.Count == options.Parallelism)
                {
                    await SettleAsync().ConfigureAwait(false);
                }

                asked.Enqueue((prompt, writer.WriteAsync(prompt, stop.Token)));
            }

            while (asked.Count > 0)
            {
                await SettleAsync().ConfigureAwait(false);
            }

            return sink.Report;
        }
        finally
        {
            // After a failure others are still being asked.
            await stop.CancelAsync().ConfigureAwait(false);
            await ((Task)Task.WhenAll(asked.Select(static sample => sample.Answer))).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        async Task SettleAsync()
        {
            (SynthesisPrompt prompt, Task<(SynthesisOutcome Outcome, ConversationRecord? Record)> answer) = asked.Dequeue();
            (SynthesisOutcome outcome, ConversationRecord? record) = await answer.ConfigureAwait(false);
            sink.Settle(prompt, outcome, record);
        }
    }
}
