using System.Numerics;
using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>How large a context for embeddings is made: as the texts need it, not as large as the model allows.</summary>
/// <param name="Rows">Most tokens of one step (n_batch and n_ubatch).</param>
/// <param name="Cells">KV cells; as many as rows where all texts fit a step.</param>
/// <param name="Sequences">Texts of one step.</param>
internal readonly record struct EmbeddingContextSize(int Rows, int Cells, int Sequences)
{
    // LLAMA_MAX_SEQ of llama.cpp v0.5.0.
    private const int MostSequences = 256;

    // A recurrent state takes megabytes for each, and llama.cpp computes such texts one after the other anyway.
    private const int MostSequencesRecurrent = 5;

    /// <summary>The size for texts of up to so many tokens.</summary>
    /// <param name="needs">What the model asks for.</param>
    /// <param name="longest">Tokens of the longest text.</param>
    /// <param name="limit">Tokens that a text may have.</param>
    public static EmbeddingContextSize For(EmbeddingNeeds needs, int longest, int limit)
    {
        // Doubling keeps the number of times that it is made anew small.
        int room = (int)Math.Min(BitOperations.RoundUpToPowerOf2((uint)longest), (uint)Math.Max(limit, longest));
        int rows = needs.WholeTexts ? Math.Max(room, needs.Rows) : needs.Rows;
        int cells = room <= rows ? rows : room + rows;

        // The first sequence belongs to a text that takes more than one step. llama.cpp asserts that there are no more sequences
        // than rows, and reserves an output for each.
        int sequences = Math.Min(needs.IsRecurrent ? MostSequencesRecurrent : MostSequences, rows);
        return new(rows, cells, sequences);
    }

    /// <summary>Whether a context of this size takes a text of so many tokens.</summary>
    public bool Holds(int tokens, EmbeddingNeeds needs) => tokens <= (needs.WholeTexts || Cells <= Rows ? Rows : Cells - Rows);

    /// <summary>Refuses a size that the machine has no memory for: Linux grants it, and ends the process that uses it.</summary>
    /// <exception cref="ModelMemoryException">There is not enough.</exception>
    public void CheckMemory(EmbeddingNeeds needs, EmbeddingProfile profile)
    {
        if (needs.OnGpu)
        {
            // The driver refuses by itself.
            return;
        }

        MemoryEstimate estimate = MemoryEstimate.Of(profile.Description, Cells, Rows);

        // llama.cpp makes room for the logits of every row even where the model has none, and clears it.
        long logits = (long)Rows * needs.VocabularySize * sizeof(float);
        long needed = (estimate.ComputeBufferBytes ?? 0) + logits + (needs.WholeTexts ? 0 : (estimate.KeyValueCacheBytes ?? 0) + logits);
        long free = FreeMemory.Read();
        if (needed > free)
        {
            throw ExceptionFactory.ModelMemory($"Embedding a text of {Cells} tokens", needed, free, "Cut the text, or free memory.");
        }
    }
}
