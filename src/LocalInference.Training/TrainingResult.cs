namespace LocalInference.Training;

/// <summary>What a training has made.</summary>
/// <param name="Path">A GGUF file: the adapter, which <see cref="LocalModel.LoadAdapterAsync"/> takes, or the model of <see cref="TrainingMode.Full"/>.</param>
/// <param name="Steps">Steps that were done in all, with those before a resumption.</param>
/// <param name="Loss">The last step's loss, in nats per token.</param>
/// <param name="ValidationLoss">The best loss on the validation samples, which the file is the result of, or <see langword="null"/> without such samples.</param>
/// <param name="Backward">How gradients went back through frozen matrices: what was asked for or, for <see cref="BackwardPrecision.Auto"/>, what was chosen.</param>
/// <param name="CutSamples">Samples that were longer than <see cref="TrainingOptions.MaxLength"/>.</param>
/// <param name="LeftOutSamples">Samples without a token to learn.</param>
public sealed record TrainingResult(
    string Path,
    int Steps,
    double Loss,
    double? ValidationLoss,
    BackwardPrecision Backward,
    int CutSamples,
    int LeftOutSamples);
