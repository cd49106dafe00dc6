using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>Writes the body of a batch, which is as long as the provider takes at most.</summary>
internal sealed class BatchWriter : IDisposable
{
    private readonly ArrayBufferWriter<byte> _buffer = new(64 * 1024);
    private readonly int _maxBytes;

    public BatchWriter(int maxBytes)
    {
        _maxBytes = maxBytes;
        Json = new Utf8JsonWriter(_buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }

    public Utf8JsonWriter Json { get; }

    public ReadOnlyMemory<byte> Written => _buffer.WrittenMemory;

    /// <summary>Bytes that are no JSON.</summary>
    public void Raw(ReadOnlySpan<byte> bytes) => _buffer.Write(bytes);

    /// <summary>A request is written.</summary>
    /// <exception cref="GenerationException">The batch is too long (<c>batch_invalid</c>).</exception>
    public void Flush()
    {
        Json.Flush();
        if (_buffer.WrittenCount > _maxBytes)
        {
            throw ExceptionFactory.Batch(
                string.Create(CultureInfo.InvariantCulture, $"its requests have more than the {_maxBytes} bytes that the provider takes"),
                "Submit them as several batches.");
        }
    }

    public void Dispose() => Json.Dispose();
}
