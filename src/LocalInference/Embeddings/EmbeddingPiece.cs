namespace LocalInference;

/// <summary>A text in a step, or a part of one that takes several steps.</summary>
/// <param name="Job">Whose text it is.</param>
/// <param name="Text">Its index there.</param>
/// <param name="Offset">The first token.</param>
/// <param name="Length">How many tokens.</param>
/// <param name="EndsText">Whether they are the last ones.</param>
/// <param name="Row">The first row in the batch.</param>
/// <param name="Sequence">The native sequence.</param>
internal readonly record struct EmbeddingPiece(EmbeddingJob Job, int Text, int Offset, int Length, bool EndsText, int Row = 0, int Sequence = 0);
