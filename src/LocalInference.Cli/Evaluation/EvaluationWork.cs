using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Datasets;
using LocalInference.Cli.Terminal;
using LocalInference.Training;
using Spectre.Console;

namespace LocalInference.Cli.Evaluation;

/// <summary>Evaluates candidates, with a progress bar on standard error if a person watches it.</summary>
internal sealed class EvaluationWork(CliServices services, EvaluationInput input)
{
    // An answer and its question; tasks that need more say so by an error of the context's length.
    private const int TaskContext = 4096;

    public async Task<EvalReport> RunAsync(IReadOnlyList<EvaluationCandidate> candidates, CancellationToken cancellationToken)
    {
        IReadOnlyList<EvaluationTask>? questions = input.Tasks is { } file ? EvaluationTask.ReadAll(file) : null;
        EvaluationReport? texts = input.Data is { } data ? await CompareAsync(candidates, data, cancellationToken).ConfigureAwait(false) : null;
        List<EvalModel> models = [];
        for (int i = 0; i < candidates.Count; i++)
        {
            ModelScore? score = texts?.Models[i];
            TaskScore? tasks = questions is null ? null : await AskAsync(candidates[i], questions, cancellationToken).ConfigureAwait(false);
            models.Add(new EvalModel(
                candidates[i].Name,
                score?.Loss,
                score?.Perplexity,
                score?.TokenAccuracy,
                score?.Divergence,
                score?.Agreement,
                tasks?.Passed,
                tasks?.Total,
                tasks?.Answers.Select(static a => new EvalAnswer(a.Text, a.IsRight)).ToArray()));
        }

        return new EvalReport(texts?.Samples, texts?.Targets, models);
    }

    private async Task<EvaluationReport> CompareAsync(IReadOnlyList<EvaluationCandidate> candidates, string data, CancellationToken cancellationToken)
    {
        Dataset dataset;
        LocalModel model = await DatasetModel.LoadAsync(services, candidates[0].ModelPath, cancellationToken).ConfigureAwait(false);
        await using (model.ConfigureAwait(false))
        {
            DatasetOptions options = new() { MaxLength = input.MaxLength, Loss = input.AllTokens ? DatasetLoss.Everything : DatasetLoss.Answers };
            dataset = await DatasetLoader.LoadAsync(data, model, options, cancellationToken).ConfigureAwait(false);
        }

        EvaluationReport? report = null;
        await WithBarAsync("Reading", async progress => report = await ModelEvaluator.CompareAsync(candidates, dataset.Training, input.Threads, progress, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        return report!;
    }

    private async Task<TaskScore> AskAsync(EvaluationCandidate candidate, IReadOnlyList<EvaluationTask> tasks, CancellationToken cancellationToken)
    {
        LocalModelOptions options = new() { Adapters = candidate.Adapters, Threads = input.Threads, ContextLength = TaskContext };
        LocalModel model = await LocalModel.LoadAsync(candidate.ModelPath, options, progress: null, cancellationToken).ConfigureAwait(false);
        await using (model.ConfigureAwait(false))
        {
            TaskScore? score = null;
            await WithBarAsync("Asking", async progress => score = await TaskEvaluator.ScoreAsync(
                model.AsTextGenerator(),
                tasks,
                adapters: null,
                progress is null ? null : new Counter(candidate.Name, tasks.Count, progress),
                cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
            return score!;
        }
    }

    private Task WithBarAsync(string title, Func<IProgress<EvaluationProgress>?, Task> work) =>
        TransientBar.RunAsync(services.Terminal, title, task => work(task is null ? null : new Bar(title, task)));

    // Progress<T> would post to the pool, and a late report would draw a bar that has been cleared.
    private sealed class Bar(string title, ProgressTask task) : IProgress<EvaluationProgress>
    {
        public void Report(EvaluationProgress value)
        {
            task.Description = Markup.Escape($"{title} {value.Candidate}");
            task.MaxValue = value.Total;
            task.Value = value.Completed;
        }
    }

    private sealed class Counter(string name, int total, IProgress<EvaluationProgress> progress) : IProgress<int>
    {
        public void Report(int value) => progress.Report(new EvaluationProgress(name, value, total));
    }
}
