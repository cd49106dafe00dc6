using System.Numerics.Tensors;
using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>
/// Makes one vector of the hidden states of a text's tokens, as llm_graph_context::build_pooling of llama.cpp v0.5.0 does in its
/// graph. Here it also works for a text that is computed in parts, and only for the dimensions that are wanted.
/// </summary>
internal static class VectorPooling
{
    /// <summary>Takes in the hidden states of some of a text's tokens.</summary>
    /// <param name="pooling">How to pool.</param>
    /// <param name="context">Has computed them.</param>
    /// <param name="piece">Which they are.</param>
    /// <param name="vector">The vector, as long as it is to become.</param>
    public static void Add(EmbeddingPooling pooling, EmbeddingContext context, in EmbeddingPiece piece, Span<float> vector)
    {
        switch (pooling)
        {
            case EmbeddingPooling.Mean:
                for (int row = piece.Row; row < piece.Row + piece.Length; row++)
                {
                    TensorPrimitives.Add(vector, context.HiddenState(row)[..vector.Length], vector);
                }

                break;
            case EmbeddingPooling.Cls when piece.Offset == 0:
                context.HiddenState(piece.Row)[..vector.Length].CopyTo(vector);
                break;
            case EmbeddingPooling.Last when piece.EndsText:
                context.HiddenState(piece.Row + piece.Length - 1)[..vector.Length].CopyTo(vector);
                break;
        }
    }

    /// <summary>Finishes a vector that has taken in all tokens.</summary>
    /// <returns>False when it has an element that is not a number, or is infinite.</returns>
    public static bool Finish(EmbeddingPooling pooling, int tokens, bool normalize, Span<float> vector)
    {
        if (pooling == EmbeddingPooling.Mean)
        {
            TensorPrimitives.Divide(vector, tokens, vector);
        }

        float length = TensorPrimitives.Norm(vector);
        if (!float.IsFinite(length))
        {
            return false;
        }

        // A vector of zeros has no direction and stays as it is.
        if (normalize && length > 0)
        {
            TensorPrimitives.Divide(vector, length, vector);
        }

        return true;
    }
}
