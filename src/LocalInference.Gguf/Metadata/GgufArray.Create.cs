using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace LocalInference.Gguf;

/// <content>Making arrays from .NET values.</content>
public sealed partial class GgufArray
{
    /// <summary>An array of numbers or Booleans.</summary>
    /// <typeparam name="T">One of the .NET types that <see cref="GgufValueType"/> lists.</typeparam>
    /// <exception cref="ArgumentException"><typeparamref name="T"/> has no GGUF type.</exception>
    public static GgufArray From<T>(ReadOnlySpan<T> elements)
        where T : unmanaged
    {
        GgufValueType type = ElementTypeOf<T>()
            ?? throw new ArgumentException($"{typeof(T).Name} has no GGUF type.", nameof(elements));
        return new GgufArray(type, elements.Length, MemoryMarshal.AsBytes(elements).ToArray());
    }

    /// <summary>An array of strings, stored as UTF-8.</summary>
    public static GgufArray FromStrings(IEnumerable<string> elements)
    {
        ArgumentNullException.ThrowIfNull(elements);
        return FromUtf8(elements.Select(static element => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(element)));
    }

    /// <summary>An array of strings whose bytes are given.</summary>
    public static GgufArray FromUtf8(IEnumerable<ReadOnlyMemory<byte>> elements)
    {
        ArgumentNullException.ThrowIfNull(elements);
        ArrayBufferWriter<byte> encoded = new();
        int count = 0;
        foreach (ReadOnlyMemory<byte> element in elements)
        {
            WriteCount(encoded, element.Length);
            encoded.Write(element.Span);
            count++;
        }

        return new GgufArray(GgufValueType.String, count, encoded.WrittenMemory.ToArray());
    }

    /// <summary>
    /// An array of arrays. The format has them; llama.cpp v0.5.0 refuses a file that uses one, so they are for files
    /// that only this library reads.
    /// </summary>
    /// <exception cref="GgufException">The nesting is deeper than the reader accepts.</exception>
    public static GgufArray FromArrays(IEnumerable<GgufArray> elements)
    {
        ArgumentNullException.ThrowIfNull(elements);
        ArrayBufferWriter<byte> encoded = new();
        int count = 0;
        int depth = 0;
        foreach (GgufArray element in elements)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(encoded.GetSpan(sizeof(uint)), (uint)element.ElementType);
            encoded.Advance(sizeof(uint));
            WriteCount(encoded, element.Count);
            encoded.Write(element._encoded.Span);
            count++;
            depth = Math.Max(depth, element.Depth);
        }

        if (depth + 1 > GgufLimits.ArrayDepth)
        {
            throw new GgufException(GgufError.Of("Arrays are nested too deeply", depth + 1, GgufLimits.ArrayDepth, "Flatten the value."));
        }

        return new GgufArray(GgufValueType.Array, count, encoded.WrittenMemory.ToArray());
    }

    private int Depth => ElementType == GgufValueType.Array && Count > 0 ? 1 + this.Max(static element => element.AsArray().Depth) : 1;

    private static void WriteCount(ArrayBufferWriter<byte> into, int count)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(into.GetSpan(sizeof(ulong)), (ulong)count);
        into.Advance(sizeof(ulong));
    }

    private static GgufValueType? ElementTypeOf<T>() => Type.GetTypeCode(typeof(T)) switch
    {
        TypeCode.Byte => GgufValueType.UInt8,
        TypeCode.SByte => GgufValueType.Int8,
        TypeCode.UInt16 => GgufValueType.UInt16,
        TypeCode.Int16 => GgufValueType.Int16,
        TypeCode.UInt32 => GgufValueType.UInt32,
        TypeCode.Int32 => GgufValueType.Int32,
        TypeCode.Single => GgufValueType.Float32,
        TypeCode.Boolean => GgufValueType.Boolean,
        TypeCode.UInt64 => GgufValueType.UInt64,
        TypeCode.Int64 => GgufValueType.Int64,
        TypeCode.Double => GgufValueType.Float64,
        _ => null,
    };
}
