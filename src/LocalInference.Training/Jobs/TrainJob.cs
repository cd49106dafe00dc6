namespace LocalInference.Training;

/// <summary>What a worker is told of a training.</summary>
/// <param name="Model">Path of the model.</param>
/// <param name="Options">How to train.</param>
/// <param name="Directory">Where the run is kept.</param>
/// <param name="Samples">Path of the samples (<see cref="SampleFile"/>), which the worker removes when it has read them.</param>
internal sealed record TrainJob(string Model, TrainingOptions Options, string Directory, string Samples)
{
    public const string Name = "train";

    /// <summary>Tells the worker which job the line holds.</summary>
    public string Job { get; } = Name;
}
