namespace LocalInference.Parity.Rounding;

/// <summary>The logits behind a sequence of tokens, as the engine computed them.</summary>
/// <param name="Logits">One for each token of the vocabulary.</param>
/// <param name="Rows">Rows of the step that they came from.</param>
/// <param name="Steps">Steps in which tokens of the sequence were computed.</param>
internal sealed record LogitRow(float[] Logits, int Rows, int Steps);
