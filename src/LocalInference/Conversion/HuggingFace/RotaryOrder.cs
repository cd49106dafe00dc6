using LocalInference.Gguf;

namespace LocalInference;

/// <summary>
/// The order of rows within the heads of queries and keys. transformers rotates element i with element i + half of the head;
/// llama.cpp rotates neighbours for the architecture llama (LLAMA_ROPE_TYPE_NORM), so that the two halves are interleaved there:
/// <code>
/// transformers   a0 a1 a2 a3 | b0 b1 b2 b3
/// llama.cpp      a0 b0 a1 b1 a2 b2 a3 b3
/// </code>
/// </summary>
internal sealed class RotaryOrder
{
    private readonly int _queryHeads;
    private readonly int _keyHeads;

    private RotaryOrder(int queryHeads, int keyHeads)
    {
        _queryHeads = queryHeads;
        _keyHeads = keyHeads;
    }

    /// <summary>The order of a model, or <see langword="null"/> where it is the same in both.</summary>
    public static RotaryOrder? Of(string architecture, int queryHeads, int keyHeads) => architecture == "llama" ? new RotaryOrder(queryHeads, keyHeads) : null;

    /// <summary>The order of a GGUF model, or <see langword="null"/> where it is the same in both.</summary>
    public static RotaryOrder? Of(GgufMetadata metadata, string architecture) =>
        metadata.TryGetUInt32($"{architecture}.attention.head_count", out uint heads)
            ? Of(architecture, (int)heads, metadata.TryGetUInt32($"{architecture}.attention.head_count_kv", out uint keyHeads) ? (int)keyHeads : (int)heads)
            : null;

    /// <summary>How many heads the rows of a part belong to, by llama.cpp's name of it; <see langword="null"/>: its rows are not rotated.</summary>
    public int? HeadsOf(string part) => part.EndsWith(".attn_q", StringComparison.Ordinal) ? _queryHeads
        : part.EndsWith(".attn_k", StringComparison.Ordinal) ? _keyHeads
        : null;

    /// <summary>The row of transformers that a row of llama.cpp is.</summary>
    public static long ModuleRow(long row, long headLength)
    {
        (long head, long inHead) = Math.DivRem(row, headLength);
        return (head * headLength) + (inHead % 2 * (headLength / 2)) + (inHead / 2);
    }

    /// <summary>Puts the rows of a matrix of transformers into llama.cpp's order.</summary>
    public static float[] ToGguf(float[] matrix, int rows, int heads) => Reorder(matrix, rows, heads, static (row, length) => (row, ModuleRow(row, length)));

    /// <summary>Puts the rows of a matrix of llama.cpp into transformers' order.</summary>
    public static float[] ToModule(float[] matrix, int rows, int heads) => Reorder(matrix, rows, heads, static (row, length) => (ModuleRow(row, length), row));

    private static float[] Reorder(float[] matrix, int rows, int heads, Func<long, long, (long To, long From)> place)
    {
        int columns = matrix.Length / rows;
        float[] reordered = new float[matrix.Length];
        for (int row = 0; row < rows; row++)
        {
            (long to, long from) = place(row, rows / heads);
            matrix.AsSpan((int)from * columns, columns).CopyTo(reordered.AsSpan((int)to * columns));
        }

        return reordered;
    }
}
