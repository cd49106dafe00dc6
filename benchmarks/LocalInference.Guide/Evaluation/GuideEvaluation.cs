using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LocalInference.Guide;

/// <summary>Asks everything, and says how much was right.</summary>
internal static class GuideEvaluation
{
    // The engine computes them together: four times as fast on two cores as one by one.
    private const int Together = 8;

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    };

    /// <summary>Evaluates, and prints wrong answers and a table.</summary>
    /// <returns>Whether every bar is reached.</returns>
    public static async Task<bool> RunAsync(GuideOptions options, TextWriter output, CancellationToken cancellationToken)
    {
        GuideCorpus corpus = GuideCorpus.Read(options.Folder);
        IEnumerable<GuideCase> cases = GuideCase.Of(corpus).Where(asked => options.All || asked.Kind != GuideKind.Learned);
        IReadOnlyList<GuideResult> results = await AskAsync(options.Model ?? Path.Combine(options.Folder, "guide.gguf"), corpus, cases, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<GuideScore> scores = GuideScore.Of(results);
        foreach (GuideResult wrong in results.Where(static result => !result.IsRight))
        {
            await output.WriteLineAsync($"{wrong.Case.Kind} {wrong.Case.Id}: {wrong.Case.Question}\n    {wrong.Answer.Text}{string.Concat(wrong.Answer.Calls.Select(static call => $" [pulls {call}]"))}").ConfigureAwait(false);
        }

        foreach (GuideScore score in scores)
        {
            await output.WriteLineAsync($"{score.Kind,-10} {score.Right,5} of {score.Asked,5}  {score.Share,7:P1}{(score.IsReached ? "" : "  below the bar")}").ConfigureAwait(false);
        }

        if (options.ResultPath is { } path)
        {
            await File.WriteAllTextAsync(path, JsonSerializer.Serialize(new { scores, wrong = results.Where(static result => !result.IsRight) }, s_json), cancellationToken).ConfigureAwait(false);
        }

        return scores.All(static score => score.IsReached);
    }

    /// <summary>Asks, several at a time.</summary>
    public static async Task<IReadOnlyList<GuideResult>> AskAsync(string modelPath, GuideCorpus corpus, IEnumerable<GuideCase> cases, CancellationToken cancellationToken)
    {
        GuideModel model = await GuideModel.LoadAsync(modelPath, corpus, Together, cancellationToken).ConfigureAwait(false);
        await using (model.ConfigureAwait(false))
        {
            GuideCase[] all = [.. cases];
            GuideResult[] results = new GuideResult[all.Length];
            await Parallel.ForAsync(0, all.Length, new ParallelOptions { MaxDegreeOfParallelism = Together, CancellationToken = cancellationToken }, async (i, token) =>
                results[i] = new GuideResult(all[i], await model.AskAsync(all[i].Question, all[i].HasTool, token).ConfigureAwait(false))).ConfigureAwait(false);
            return results;
        }
    }
}
