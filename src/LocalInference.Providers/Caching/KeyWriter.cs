using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace LocalInference.Providers;

/// <summary>
/// Collects what a key is made of, each value with its length or a mark before it, so that no two sequences of values look the same.
/// </summary>
internal sealed class KeyWriter
{
    /// <summary>A buffer that grew beyond this is not kept for the next key.</summary>
    private const int KeptBytes = 64 * 1024;

    [ThreadStatic]
    private static KeyWriter? s_free;

    private ArrayBufferWriter<byte> _bytes = new(1024);

    /// <summary>False: something was written that nobody can compare.</summary>
    public bool IsComparable { get; private set; }

    public static KeyWriter Rent()
    {
        KeyWriter writer = s_free ?? new KeyWriter();
        s_free = null;
        writer._bytes.ResetWrittenCount();
        writer.IsComparable = true;
        return writer;
    }

    /// <summary>The key, <see langword="null"/> where something cannot be compared; the writer is given back.</summary>
    public AnswerKey? Return()
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(_bytes.WrittenSpan, hash);
        if (_bytes.Capacity > KeptBytes)
        {
            _bytes = new ArrayBufferWriter<byte>(1024);
        }

        s_free = this;
        return IsComparable ? AnswerKey.Of(hash) : null;
    }

    public void Add(string? text)
    {
        if (text is null)
        {
            Add(-1L);
            return;
        }

        int length = Encoding.UTF8.GetByteCount(text);
        Add((long)length);
        Encoding.UTF8.GetBytes(text, _bytes.GetSpan(Math.Max(1, length)));
        _bytes.Advance(length);
    }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        Add((long)bytes.Length);
        _bytes.Write(bytes);
    }

    public void Add(long? number)
    {
        Span<byte> span = _bytes.GetSpan(9);
        span[0] = number is null ? (byte)0 : (byte)1;
        BinaryPrimitives.WriteInt64LittleEndian(span[1..], number ?? 0);
        _bytes.Advance(9);
    }

    public void Add(float? number) => Add(number is { } value ? BitConverter.SingleToInt32Bits(value) : (long?)null);

    public void Add(bool? value) => Add(value is { } known ? (known ? 1 : 0) : (long?)null);

    public void Add(IReadOnlyList<string>? texts)
    {
        Add((long?)texts?.Count);
        foreach (string text in texts ?? [])
        {
            Add(text);
        }
    }

    public void Add(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Undefined)
        {
            Add((string?)null);
            return;
        }

        Add(JsonMarshal.GetRawUtf8Value(element));
    }

    /// <summary>A value of which only the usual kinds can be compared.</summary>
    public void AddValue(object? value)
    {
        switch (value)
        {
            case null:
                Add((string?)null);
                break;
            case string text:
                Add(text);
                break;
            case JsonElement element:
                Add(element);
                break;
            case bool flag:
                Add("Boolean");
                Add((bool?)flag);
                break;
            case Enum or int or long or uint or ulong or short or byte or float or double or decimal:
                Add(value.GetType().Name);
                Add(((IFormattable)value).ToString(null, CultureInfo.InvariantCulture));
                break;
            default:
                IsComparable = false;
                break;
        }
    }

    public void AddValues(IEnumerable<KeyValuePair<string, object?>>? values)
    {
        if (values is null)
        {
            Add((long?)null);
            return;
        }

        long count = 0;
        foreach ((string name, object? value) in values.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            Add(name);
            AddValue(value);
            count++;
        }

        Add(count);
    }
}
