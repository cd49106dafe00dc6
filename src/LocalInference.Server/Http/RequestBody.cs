using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Unicode;
using LocalInference.Server.Operation;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace LocalInference.Server.Http;

/// <summary>
/// A request's body as a JSON object: of limited size and depth, of valid UTF-8, and without halves of surrogate pairs in its texts, so
/// that nothing behind it can stumble over a text. Elements that outlive it have to be cloned.
/// </summary>
internal sealed class RequestBody : IDisposable
{
    // Several times as deep as the JSON schemas of real tools, and as deep as whoever reads a part of it again goes by default.
    private const int MaxDepth = 64;

    private readonly byte[] _bytes;
    private readonly JsonDocument _document;

    private RequestBody(byte[] bytes, JsonDocument document)
    {
        _bytes = bytes;
        _document = document;
    }

    public JsonFields Fields => new(_document.RootElement, "");

    /// <summary>Reads the body.</summary>
    /// <param name="context">The request.</param>
    /// <param name="maxBytes">The most bytes it may have.</param>
    /// <exception cref="RequestException">It is none of that.</exception>
    public static async Task<RequestBody> ReadAsync(HttpContext context, long maxBytes)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = maxBytes;
        }

        Task<(byte[] Bytes, int Length)> reading = ReadBytesAsync(context.Request, maxBytes);
        bool isAtHand = reading.IsCompleted;
        (byte[] bytes, int length) = await reading.ConfigureAwait(false);
        if (!isAtHand)
        {
            await RequestThreads.ToPool();
        }

        return Of(bytes, length);
    }

    /// <summary>Reads one that is at hand, under the same rules.</summary>
    /// <param name="json">The body.</param>
    /// <exception cref="RequestException">It is no such object.</exception>
    public static RequestBody Of(ReadOnlySpan<byte> json)
    {
        byte[] bytes = ArrayPool<byte>.Shared.Rent(json.Length);
        json.CopyTo(bytes);
        return Of(bytes, json.Length);
    }

    public void Dispose()
    {
        _document.Dispose();
        ArrayPool<byte>.Shared.Return(_bytes);
    }

    // Takes the bytes over, which are the pool's.
    private static RequestBody Of(byte[] bytes, int length)
    {
        try
        {
            return new RequestBody(bytes, Parse(bytes.AsMemory(0, length)));
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(bytes);
            throw;
        }
    }

    private static async Task<(byte[] Bytes, int Length)> ReadBytesAsync(HttpRequest request, long maxBytes)
    {
        PipeReader reader = request.BodyReader;
        while (true)
        {
            ReadResult result = await reader.ReadAsync(request.HttpContext.RequestAborted).ConfigureAwait(false);
            ReadOnlySequence<byte> buffer = result.Buffer;
            if (buffer.Length > maxBytes)
            {
                throw new RequestException(new Fault(FaultKind.TooLarge, $"The request's body is larger than {maxBytes} bytes.") { Code = "request_too_large" });
            }

            if (!result.IsCompleted)
            {
                reader.AdvanceTo(buffer.Start, buffer.End);
                continue;
            }

            int length = (int)buffer.Length;
            byte[] bytes = ArrayPool<byte>.Shared.Rent(length);
            buffer.CopyTo(bytes);
            reader.AdvanceTo(buffer.End);
            return (bytes, length);
        }
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Span.Trim(" \t\r\n"u8).IsEmpty)
        {
            throw RequestException.Bad("missing request body");
        }

        if (!Utf8.IsValid(bytes.Span))
        {
            throw RequestException.Bad("The request's body is not valid UTF-8.");
        }

        try
        {
            JsonDocument document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = MaxDepth });
            if (document.RootElement.ValueKind == JsonValueKind.Object && AreTextsWhole(bytes.Span))
            {
                return document;
            }

            bool isObject = document.RootElement.ValueKind == JsonValueKind.Object;
            document.Dispose();
            throw RequestException.Bad(isObject ? "A text of the request holds half of a surrogate pair." : "The request's body must be a JSON object.");
        }
        catch (JsonException e)
        {
            // The message quotes at most one character of the body.
            throw RequestException.Bad($"invalid JSON: {e.Message}");
        }
    }

    // Only an escape can spell half of a surrogate pair: UTF-8 cannot.
    private static bool AreTextsWhole(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IndexOf("\\u"u8) < 0)
        {
            return true;
        }

        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = MaxDepth });
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
            {
                try
                {
                    _ = reader.GetString();
                }
                catch (InvalidOperationException)
                {
                    return false;
                }
            }
        }

        return true;
    }
}
