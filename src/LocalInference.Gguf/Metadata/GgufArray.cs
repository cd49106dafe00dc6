using System.Buffers.Binary;
using System.Collections;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace LocalInference.Gguf;

/// <summary>
/// An immutable metadata array, kept as the bytes that the file holds: a vocabulary of 256,000 tokens costs its own
/// bytes and an index of one number per 32 tokens, and no string exists before it is asked for. Reading is thread safe.
/// </summary>
public sealed partial class GgufArray : IReadOnlyList<GgufValue>, IEquatable<GgufArray>
{
    // Access to element i of a string array walks at most 31 lengths from the nearest indexed one.
    private const int Stride = 32;

    private readonly ReadOnlyMemory<byte> _encoded;
    private readonly int[] _index;

    /// <summary>Takes elements that are known to be well-formed: read and checked, or encoded by this library.</summary>
    internal GgufArray(GgufValueType elementType, int count, ReadOnlyMemory<byte> encoded)
    {
        ElementType = elementType;
        Count = count;
        _encoded = encoded;
        _index = ValueEncoding.FixedSize(elementType) > 0 ? [] : BuildIndex(elementType, count, encoded.Span);
    }

    /// <summary>The type of every element.</summary>
    public GgufValueType ElementType { get; }

    /// <summary>How many elements there are.</summary>
    public int Count { get; }

    /// <summary>The elements as they are laid out in a file, without the array's own header.</summary>
    public ReadOnlyMemory<byte> Encoded => _encoded;

    /// <summary>The element at <paramref name="index"/>. Strings and inner arrays are made anew on every call.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> is not below <see cref="Count"/>.</exception>
    public GgufValue this[int index]
    {
        get
        {
            ReadOnlyMemory<byte> element = _encoded[Locate(index)..];
            return ElementType switch
            {
                GgufValueType.String => GgufValue.FromUtf8(StringBytes(element)),
                GgufValueType.Array => GgufValue.From(InnerArray(element)),
                _ => GgufValue.FromEncoded(ElementType, element.Span),
            };
        }
    }

    /// <summary>The elements of a numeric array, without a copy. A Boolean array is read as <see cref="byte"/>.</summary>
    /// <typeparam name="T">Exactly the .NET type of <see cref="ElementType"/>.</typeparam>
    /// <exception cref="InvalidOperationException">The elements are of another type.</exception>
    public ReadOnlySpan<T> AsSpan<T>()
        where T : unmanaged
    {
        bool matches = ElementType == ElementTypeOf<T>() || (ElementType == GgufValueType.Boolean && typeof(T) == typeof(byte));
        if (!matches || typeof(T) == typeof(bool))
        {
            throw new InvalidOperationException($"The array holds {ElementType}, not {typeof(T).Name}.");
        }

        return MemoryMarshal.Cast<byte, T>(_encoded.Span);
    }

    /// <summary>A string element's bytes, without a copy. They are UTF-8 in every tokenizer, but the format does not force it.</summary>
    /// <exception cref="InvalidOperationException">The elements are not strings.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> is not below <see cref="Count"/>.</exception>
    public ReadOnlySpan<byte> GetUtf8(int index)
    {
        if (ElementType != GgufValueType.String)
        {
            throw new InvalidOperationException($"The array holds {ElementType}, not strings.");
        }

        return StringBytes(_encoded[Locate(index)..]).Span;
    }

    /// <summary>A string element; bytes that are not UTF-8 become U+FFFD.</summary>
    /// <exception cref="InvalidOperationException">The elements are not strings.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> is not below <see cref="Count"/>.</exception>
    public string GetString(int index) => Encoding.UTF8.GetString(GetUtf8(index));

    /// <inheritdoc/>
    public IEnumerator<GgufValue> GetEnumerator()
    {
        for (int i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Whether both hold the same elements, bit for bit.</summary>
    public bool Equals(GgufArray? other) =>
        other is not null && ElementType == other.ElementType && Count == other.Count && _encoded.Span.SequenceEqual(other._encoded.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as GgufArray);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.Add(ElementType);
        hash.Add(Count);
        hash.AddBytes(_encoded.Span[..Math.Min(_encoded.Length, 256)]);
        return hash.ToHashCode();
    }

    /// <summary>The type and the count, for people.</summary>
    public override string ToString() => $"{ElementType}[{Count}]";

    private static ReadOnlyMemory<byte> StringBytes(ReadOnlyMemory<byte> element) =>
        element.Slice(ValueEncoding.StringHeader, (int)BinaryPrimitives.ReadUInt64LittleEndian(element.Span));

    private static GgufArray InnerArray(ReadOnlyMemory<byte> element)
    {
        GgufValueType type = (GgufValueType)BinaryPrimitives.ReadUInt32LittleEndian(element.Span);
        int count = (int)BinaryPrimitives.ReadUInt64LittleEndian(element.Span[sizeof(uint)..]);
        int size = ValueEncoding.SizeOfElement(GgufValueType.Array, element.Span);
        return new GgufArray(type, count, element[ValueEncoding.ArrayHeader..size]);
    }

    private static int[] BuildIndex(GgufValueType type, int count, ReadOnlySpan<byte> encoded)
    {
        int[] index = new int[(count + Stride - 1) / Stride];
        int position = 0;
        for (int i = 0; i < count; i++)
        {
            if (i % Stride == 0)
            {
                index[i / Stride] = position;
            }

            position += ValueEncoding.SizeOfElement(type, encoded[position..]);
        }

        return index;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Locate(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        int fixedSize = ValueEncoding.FixedSize(ElementType);
        if (fixedSize > 0)
        {
            return index * fixedSize;
        }

        ReadOnlySpan<byte> encoded = _encoded.Span;
        int position = _index[index / Stride];
        for (int i = index % Stride; i > 0; i--)
        {
            position += ValueEncoding.SizeOfElement(ElementType, encoded[position..]);
        }

        return position;
    }
}
