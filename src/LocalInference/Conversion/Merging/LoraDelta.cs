using System.Numerics.Tensors;

namespace LocalInference;

/// <summary>What one adapter adds to one matrix: a product of two thin ones, times a scale.</summary>
/// <param name="A">Rows of the rank, one matrix of them for each expert: rank × columns.</param>
/// <param name="B">For each row of the matrix its share of each row of <paramref name="A"/>: rows × rank.</param>
/// <param name="Rank">Rows of <paramref name="A"/>.</param>
/// <param name="Columns">Columns of the matrix.</param>
/// <param name="Rows">Rows of the matrix, of one expert.</param>
/// <param name="Scale">What the product is multiplied with.</param>
internal sealed record LoraDelta(float[] A, float[] B, int Rank, int Columns, long Rows, float Scale)
{
    /// <summary>Adds it to a row.</summary>
    /// <param name="row">The row's number, counted through all experts.</param>
    /// <param name="values">The row.</param>
    public void AddTo(long row, Span<float> values)
    {
        ReadOnlySpan<float> shares = B.AsSpan((int)(row * Rank), Rank);
        ReadOnlySpan<float> a = A.AsSpan((int)(row / Rows * Rank * Columns), Rank * Columns);
        for (int k = 0; k < Rank; k++)
        {
            TensorPrimitives.MultiplyAdd<float>(a.Slice(k * Columns, Columns), Scale * shares[k], values, values);
        }
    }
}
