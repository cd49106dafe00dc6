using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using LocalInference.Gguf;

namespace LocalInference;

/// <summary>
/// The texts of a vocabulary as llama.cpp keeps them: up to the first NUL, and an empty one by a name made of its place
/// (llama_vocab::impl::load in llama-vocab.cpp). Finds a text without making strings: a vocabulary has up to 260,000 of them.
/// </summary>
internal sealed class TokenTable
{
    private readonly ReadOnlyMemory<byte> _encoded;
    private readonly int[] _starts;
    private readonly int[] _lengths;
    private readonly int[] _slots;

    /// <param name="tokens">An array of strings.</param>
    public TokenTable(GgufArray tokens)
    {
        _encoded = tokens.Encoded;
        Count = tokens.Count;
        _starts = new int[Count];
        _lengths = new int[Count];
        _slots = new int[(int)BitOperations.RoundUpToPowerOf2((uint)Count * 2 + 2)];
        Array.Fill(_slots, -1);
        ReadOnlySpan<byte> encoded = _encoded.Span;
        int position = 0;
        for (int i = 0; i < Count; i++)
        {
            int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(encoded[position..]);
            ReadOnlySpan<byte> text = encoded.Slice(position + sizeof(ulong), length);
            int end = text.IndexOf((byte)0);
            _starts[i] = position + sizeof(ulong);
            _lengths[i] = end < 0 ? length : end;
            position += sizeof(ulong) + length;
            int other = Add(i);
            Duplicate ??= other < 0 ? null : (other, i);
        }
    }

    public int Count { get; }

    /// <summary>The first two places with one text.</summary>
    public (int First, int Second)? Duplicate { get; }

    /// <summary>A token's text.</summary>
    public ReadOnlySpan<byte> this[int id] =>
        _lengths[id] == 0 ? Encoding.UTF8.GetBytes($"[EMPTY_{id}]") : _encoded.Span.Slice(_starts[id], _lengths[id]);

    /// <summary>The bytes of a token's text.</summary>
    public int LengthOf(int id) => _lengths[id];

    public bool Contains(ReadOnlySpan<byte> text) => _slots[Find(text)] >= 0;

    private int Add(int id)
    {
        int slot = Find(this[id]);
        int other = _slots[slot];
        if (other < 0)
        {
            _slots[slot] = id;
        }

        return other;
    }

    /// <summary>The slot of a text, or the free one where it would be.</summary>
    private int Find(ReadOnlySpan<byte> text)
    {
        HashCode hash = default;
        hash.AddBytes(text);
        int slot = hash.ToHashCode() & (_slots.Length - 1);
        while (_slots[slot] >= 0 && !this[_slots[slot]].SequenceEqual(text))
        {
            slot = (slot + 1) & (_slots.Length - 1);
        }

        return slot;
    }
}
