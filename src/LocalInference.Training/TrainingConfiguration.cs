using System.Text.Json;
using LocalInference.Abstractions;

namespace LocalInference.Training;

/// <summary>A training as a file describes it: the <c>config.json</c> of a run, or one that is written by hand.</summary>
/// <param name="Options">How to train; what the file leaves out is as by default, and <see cref="TrainingOptions.Alpha"/> twice the rank.</param>
public sealed record TrainingConfiguration(TrainingOptions Options)
{
    /// <summary>Path or name of the model, or <see langword="null"/>.</summary>
    public string? Model { get; init; }

    /// <summary>Path of the samples, or <see langword="null"/>.</summary>
    public string? Data { get; init; }

    /// <summary>Path of the samples to measure on, or <see langword="null"/>.</summary>
    public string? Validation { get; init; }

    /// <summary>
    /// How samples are read: what the file says by <c>learn_all</c>, <c>drop_truncated</c> and <c>validation_share</c>. Length and seed are
    /// those of <see cref="Options"/>. Default: as <see cref="DatasetOptions"/> has it.
    /// </summary>
    public DatasetOptions Dataset { get; init; } = new();

    /// <summary>Where the run is kept, or <see langword="null"/>.</summary>
    public string? Out { get; init; }

    /// <summary>Whether the file says an alpha: one that it does not say may follow another rank. Default: no.</summary>
    public bool HasAlpha { get; init; }

    /// <summary>
    /// Reads a file: a JSON object with the names of <c>localinference train</c>'s flags, in snake_case: <c>mode</c>, <c>rank</c>,
    /// <c>alpha</c>, <c>learning_rate</c>, <c>max_steps</c>, … Comments are allowed.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <exception cref="TrainingException">It is no such object (<c>training_option</c>).</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static TrainingConfiguration Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            RunConfiguration file = JsonSerializer.Deserialize(File.ReadAllBytes(path), ConfigurationJson.Default.RunConfiguration) ?? throw new JsonException("null is no configuration");
            return new TrainingConfiguration(file.ToOptions()) { Model = file.Model, Data = file.Data, Validation = file.Validation, Dataset = file.ToDatasetOptions(), Out = file.Out, HasAlpha = file.Alpha is not null };
        }
        catch (JsonException e)
        {
            throw ExceptionFactory.TrainingOption(path, e.Message.TrimEnd('.'));
        }
    }
}
