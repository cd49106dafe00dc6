using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Text.Json;
using LocalInference.Abstractions;
using Microsoft.Win32.SafeHandles;

namespace LocalInference;

/// <summary>
/// A file of Hugging Face's format for weights, open for reading: 8 bytes with the length of a header in JSON, the header, the data.
/// Thread safe, except that nothing may be in use while it is disposed of.
/// </summary>
internal sealed class SafetensorsFile : IDisposable
{
    private const int PieceBytes = 1 << 20;
    private const string GetAnotherCopy = "Get another copy of the file; it is damaged or incomplete.";

    private readonly SafeFileHandle _file;

    private SafetensorsFile(string path, SafeFileHandle file, IReadOnlyDictionary<string, SafetensorsTensor> tensors)
    {
        Path = path;
        _file = file;
        Tensors = tensors;
    }

    public string Path { get; }

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, SafetensorsTensor> Tensors { get; }

    /// <exception cref="ConversionException">It is malformed, truncated or cannot be read.</exception>
    public static SafetensorsFile Open(string path)
    {
        try
        {
            SafeFileHandle file = File.OpenHandle(path);
            try
            {
                return new SafetensorsFile(path, file, ReadHeader(file));
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }
        catch (Exception e) when (e is FormatException or JsonException or IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            // The last for names that are no Unicode.
            throw ExceptionFactory.ConversionInput(path, e.Message.TrimEnd('.'), GetAnotherCopy, inner: e);
        }
    }

    /// <summary>Reads a part of a tensor as single-precision numbers.</summary>
    /// <param name="tensor">One of <see cref="Tensors"/>.</param>
    /// <param name="first">The first element.</param>
    /// <param name="values">Filled.</param>
    /// <exception cref="ConversionException">It is stored in a way that is not read, or the file became shorter.</exception>
    public void Read(SafetensorsTensor tensor, long first, Span<float> values)
    {
        if (tensor.Type is not { } type)
        {
            throw ExceptionFactory.ConversionInput(Path, $"'{tensor.Name}' is stored as {tensor.TypeName}", "Use weights in F32, F16 or BF16.", tensor.TypeName, "F32, F16, BF16");
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThan(first, tensor.ElementCount - values.Length);
        if (type == SafetensorsType.F32)
        {
            Fill(tensor, first * sizeof(float), MemoryMarshal.AsBytes(values));
            return;
        }

        ushort[] halves = new ushort[Math.Min(values.Length, PieceBytes / sizeof(ushort))];
        for (int at = 0; at < values.Length; at += halves.Length)
        {
            Span<ushort> piece = halves.AsSpan(0, Math.Min(halves.Length, values.Length - at));
            Fill(tensor, (first + at) * sizeof(ushort), MemoryMarshal.AsBytes(piece));
            Widen(type, piece, values.Slice(at, piece.Length));
        }
    }

    /// <summary>Reads a whole tensor.</summary>
    /// <exception cref="ConversionException">As <see cref="Read"/>, or it is larger than an array can be.</exception>
    public float[] ReadAll(SafetensorsTensor tensor)
    {
        if (tensor.ElementCount > Array.MaxLength)
        {
            throw ExceptionFactory.ConversionInput(Path, $"'{tensor.Name}' has {tensor.ElementCount} elements", GetAnotherCopy, $"{tensor.ElementCount}", $"{Array.MaxLength}");
        }

        float[] values = new float[tensor.ElementCount];
        Read(tensor, 0, values);
        return values;
    }

    public void Dispose() => _file.Dispose();

    private static Dictionary<string, SafetensorsTensor> ReadHeader(SafeFileHandle file)
    {
        long length = RandomAccess.GetLength(file);
        byte[] prefix = new byte[sizeof(ulong)];
        ulong headerLength = length >= prefix.Length && Fill(file, 0, prefix) ? BinaryPrimitives.ReadUInt64LittleEndian(prefix) : 0;
        if (headerLength is 0 or > SafetensorsHeader.MostBytes || headerLength > (ulong)(length - prefix.Length))
        {
            throw new FormatException($"its header has {headerLength} bytes");
        }

        byte[] header = new byte[headerLength];
        Fill(file, prefix.Length, header);
        return SafetensorsHeader.Parse(header, prefix.Length + header.Length, length);
    }

    private static void Widen(SafetensorsType type, ReadOnlySpan<ushort> halves, Span<float> values)
    {
        if (type == SafetensorsType.F16)
        {
            TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<ushort, Half>(halves), values);
            return;
        }

        for (int i = 0; i < halves.Length; i++)
        {
            values[i] = BitConverter.Int32BitsToSingle(halves[i] << 16);
        }
    }

    private void Fill(SafetensorsTensor tensor, long offset, Span<byte> into)
    {
        if (!Fill(_file, tensor.Offset + offset, into))
        {
            throw ExceptionFactory.ConversionInput(Path, "it became shorter after it was opened", "Leave model files alone while they are in use.");
        }
    }

    private static bool Fill(SafeFileHandle file, long position, Span<byte> into)
    {
        while (!into.IsEmpty)
        {
            int read = RandomAccess.Read(file, into, position);
            if (read == 0)
            {
                return false;
            }

            position += read;
            into = into[read..];
        }

        return true;
    }
}
