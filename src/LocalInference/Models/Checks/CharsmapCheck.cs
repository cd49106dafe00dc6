using System.Buffers.Binary;
using System.Runtime.InteropServices;
using LocalInference.Gguf;

namespace LocalInference;

/// <summary>
/// SentencePiece's normalization table. Tokenizing walks it, and throws where it leads out of itself
/// (llm_tokenizer_ugm_session in llama-vocab.cpp), so all its paths are walked here once.
/// </summary>
internal static class CharsmapCheck
{
    private const string Key = "tokenizer.ggml.precompiled_charsmap";

    public static void Run(CheckedModel model)
    {
        if (!model.Metadata.TryGetArray(Key, out GgufArray array) || array.ElementType is not (GgufValueType.Int8 or GgufValueType.UInt8))
        {
            return;
        }

        ReadOnlySpan<byte> table = array.Encoded.Span;
        if (table.Length < sizeof(uint) || BinaryPrimitives.ReadUInt32LittleEndian(table) + (long)sizeof(uint) >= table.Length)
        {
            // Refused by llama.cpp with an exception that it catches.
            return;
        }

        int treeBytes = (int)BinaryPrimitives.ReadUInt32LittleEndian(table);
        ReadOnlySpan<uint> nodes = MemoryMarshal.Cast<byte, uint>(table.Slice(sizeof(uint), treeBytes & ~3));
        ReadOnlySpan<byte> texts = table[(sizeof(uint) + treeBytes)..];
        int end = texts.LastIndexOf((byte)0);
        if (nodes.IsEmpty)
        {
            return;
        }

        Walk(model, nodes, end);
    }

    /// <summary>A node is BASE, LEAF and the label that leads to it, packed (see Kanda 2018, "Space- and Time-Efficient String Dictionaries").</summary>
    private static void Walk(CheckedModel model, ReadOnlySpan<uint> nodes, int lastEnd)
    {
        Stack<uint> open = new();
        HashSet<uint> seen = [];
        open.Push(Base(nodes[0]));
        while (open.TryPop(out uint place))
        {
            if (!seen.Add(place))
            {
                continue;
            }

            // A label can be any byte but 0, so the whole block of 256 is within reach.
            if ((place | 0xFF) >= nodes.Length)
            {
                throw model.Refuse($"{Key} leads to node {place | 0xFF}", place | 0xFF, nodes.Length - 1);
            }

            for (uint label = 1; label <= byte.MaxValue; label++)
            {
                uint child = place ^ label;
                uint node = nodes[(int)child];
                if ((node & 0x8000_00FF) != label)
                {
                    continue;
                }

                uint next = child ^ Base(node);
                if ((node & 0x100) != 0)
                {
                    CheckText(model, nodes, next, lastEnd);
                }

                open.Push(next);
            }
        }
    }

    private static void CheckText(CheckedModel model, ReadOnlySpan<uint> nodes, uint place, int lastEnd)
    {
        if (place >= nodes.Length)
        {
            throw model.Refuse($"{Key} leads to node {place}", place, nodes.Length - 1);
        }

        uint text = nodes[(int)place] & 0x7FFF_FFFF;
        if (text > lastEnd)
        {
            throw model.Refuse($"{Key} points to a text at {text} that does not end", text, lastEnd);
        }
    }

    private static uint Base(uint node) => (node >> 10) << (int)((node & 0x200) >> 6);
}
