namespace LocalInference.Training;

/// <summary>A LoRA change of one matrix.</summary>
/// <param name="Target">The tensor that it changes.</param>
/// <param name="A">Rank rows of inputs.</param>
/// <param name="B">Rank rows of outputs: transposed, see <see cref="Tape.LowRank"/>.</param>
/// <param name="Scale">What the product is multiplied with.</param>
/// <param name="Dropout">How likely an input is dropped on its way into A.</param>
/// <param name="Index">Which of the adapter's changes this is.</param>
internal sealed record LowRankChange(string Target, Parameter A, Parameter B, float Scale, float Dropout, int Index)
{
    /// <summary>scale · B · A · dropout(x).</summary>
    public Variable Forward(Tape tape, Variable x, ulong key) =>
        tape.LowRank(key == 0 ? x : tape.Dropout(x, Dropout, RandomBits.Key(key, (ulong)Index)), tape.Use(A), tape.Use(B), Scale);
}
