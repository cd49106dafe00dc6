using System.Text.Json;

namespace LocalInference.Training;

/// <summary>The worker's side of a <see cref="TrainingJob"/>.</summary>
internal static class TrainingWork
{
    /// <summary>Trains as a job says.</summary>
    /// <param name="json">A <see cref="TrainJob"/>.</param>
    /// <param name="report">Told of each step.</param>
    /// <param name="cancellationToken">Stops with the batch that is being computed.</param>
    /// <returns>A <see cref="TrainingResult"/>.</returns>
    /// <exception cref="JsonException">It is no such job.</exception>
    public static JsonElement Run(JsonElement json, Action<JsonElement> report, CancellationToken cancellationToken)
    {
        TrainJob job = json.Deserialize(TrainingJson.Default.TrainJob)!;
        (IReadOnlyList<TrainingSample> samples, IReadOnlyList<TrainingSample> validation) = SampleFile.Read(job.Samples);
        SampleFile.Remove(job.Samples);
        using ModelTrainer trainer = ModelTrainer.Open(job.Model, job.Options);
        TrainingResult result = trainer.Train(samples, validation, job.Directory, new Reporter(report), cancellationToken);
        return JsonSerializer.SerializeToElement(result, TrainingJson.Default.TrainingResult);
    }

    private sealed class Reporter(Action<JsonElement> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(JsonSerializer.SerializeToElement(value, TrainingJson.Default.TrainingProgress));
    }
}
