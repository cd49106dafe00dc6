using System.Text;
using LocalInference.Abstractions;

namespace LocalInference.Training;

/// <summary>Asks a model questions whose answers can be checked. Safe for concurrent use.</summary>
public static class TaskEvaluator
{
    /// <summary>Asks each question, and takes the most probable token each time, so that the score is the same on a repeat.</summary>
    /// <param name="model">Who answers; any generator, local or remote.</param>
    /// <param name="tasks">The questions.</param>
    /// <param name="adapters">Adapters that a local model has loaded; <see langword="null"/>: those that it was loaded with, empty: none.</param>
    /// <param name="progress">Told of each answer, with the number of those so far.</param>
    /// <param name="cancellationToken">Stops within an answer.</param>
    /// <exception cref="LocalInferenceException">The model cannot answer, as of <see cref="ITextGenerator.GenerateAsync"/>.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static async Task<TaskScore> ScoreAsync(
        ITextGenerator model,
        IReadOnlyList<EvaluationTask> tasks,
        IReadOnlyList<AdapterSelection>? adapters = null,
        IProgress<int>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tasks);
        List<TaskAnswer> answers = [];
        foreach (EvaluationTask task in tasks)
        {
            GenerationRequest request = new()
            {
                Input = new ChatInput { Messages = task.Messages },
                MaxTokens = task.MaxTokens,
                Sampling = SamplingOverrides.Greedy,
                Adapters = adapters,
            };
            StringBuilder text = new();
            await foreach (GenerationEvent next in model.GenerateAsync(request, cancellationToken).ConfigureAwait(false))
            {
                text.Append(next is TextDelta delta ? delta.Text : "");
            }

            answers.Add(new TaskAnswer(text.ToString(), task.IsPassedBy(text.ToString())));
            progress?.Report(answers.Count);
        }

        return new TaskScore(answers.Count(static a => a.IsRight), answers);
    }
}
