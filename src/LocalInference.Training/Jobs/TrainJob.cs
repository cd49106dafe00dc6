namespace LocalInference.Training;

/// <summary>What a worker is told of a training; the samples lie in the run's directory (<see cref="SampleFile"/>).</summary>
/// <param name="Model">Path of the model.</param>
/// <param name="Options">How to train.</param>
/// <param name="Directory">Where the run is kept.</param>
internal sealed record TrainJob(string Model, TrainingOptions Options, string Directory)
{
    public const string Name = "train";

    /// <summary>Tells the worker which job the line holds.</summary>
    public string Job { get; } = Name;
}
