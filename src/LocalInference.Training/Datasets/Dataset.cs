namespace LocalInference.Training;

/// <summary>A dataset that is ready for training. Immutable.</summary>
/// <param name="Training">The samples to learn from, in the order of the file.</param>
/// <param name="Validation">The samples that are only measured: the same ones for the same seed, and never one that training has too.</param>
/// <param name="Report">What was found on the way.</param>
public sealed record Dataset(IReadOnlyList<TrainingSample> Training, IReadOnlyList<TrainingSample> Validation, DatasetReport Report);
