using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LocalInference.Providers;

/// <summary>Writes JSON with letters of all alphabets as they are: it is no part of a web page, and shorter.</summary>
internal static class RequestBody
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The UTF-8 text of an object.</summary>
    public static ReadOnlyMemory<byte> Bytes(Action<Utf8JsonWriter> writeFields) => Write(writer =>
    {
        writer.WriteStartObject();
        writeFields(writer);
        writer.WriteEndObject();
    });

    /// <summary>The text of any value.</summary>
    public static string Text(Action<Utf8JsonWriter> write) => Encoding.UTF8.GetString(Write(write).Span);

    private static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using var writer = new Utf8JsonWriter(buffer, s_options);
        write(writer);
        writer.Flush();
        return buffer.WrittenMemory;
    }
}
