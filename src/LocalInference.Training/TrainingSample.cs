namespace LocalInference.Training;

/// <summary>
/// A text to learn from, as tokens. Those of a batch (<see cref="TrainingOptions.BatchSize"/>) lie one behind the other in one row, so that nothing is
/// padded: a batch is what others call packing. Samples never see each other, however many are computed together.
/// </summary>
/// <param name="Tokens">The ids, with the begin and end tokens that the model is to see.</param>
/// <param name="Weights">
/// For each token, how much predicting it counts, from 0 up: 0 for what is only read (a prompt), 1 for what is learned. As many as
/// tokens; the first token's is not used, because nothing comes before it.
/// </param>
public sealed record TrainingSample(int[] Tokens, float[] Weights);
