using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using LocalInference.Server.Operation;
using Microsoft.AspNetCore.Http;

namespace LocalInference.Server.Http;

/// <summary>
/// An answer of JSON objects that are sent one by one, as lines (NDJSON) or as server-sent events. They are written into the
/// response's own buffers; <see cref="FlushAsync"/> waits for a slow reader, and so does whoever makes the events.
/// </summary>
internal sealed class EventStream : IAsyncDisposable
{
    // What is written goes out at the latest when it fills a buffer of the transport (4 KiB blocks in Kestrel).
    private const int MostUnsentBytes = 16 * 1024;

    private readonly HttpContext _context;
    private readonly EventFraming _framing;
    private readonly PipeWriter _output;
    private readonly Utf8JsonWriter _json;
    private long _unsentBytes;

    public EventStream(HttpContext context, EventFraming framing)
    {
        _context = context;
        _framing = framing;
        _output = context.Response.BodyWriter;
        _json = new Utf8JsonWriter(_output, JsonResponse.WriterOptions);
    }

    /// <summary>Whether anything was written: the status is decided.</summary>
    public bool IsBegun { get; private set; }

    /// <summary>Whether it is time to send what is written, even if more is at hand.</summary>
    public bool IsFull => _unsentBytes >= MostUnsentBytes;

    /// <summary>Begins an event.</summary>
    /// <param name="name">The event's name, in server-sent events only; <see langword="null"/>: none.</param>
    /// <returns>Where its object is written.</returns>
    public Utf8JsonWriter Begin(string? name = null)
    {
        Start();
        if (_framing == EventFraming.ServerSentEvents)
        {
            if (name is not null)
            {
                Write("event: "u8);
                Encoding.UTF8.GetBytes(name, _output);
                Write("\n"u8);
            }

            Write("data: "u8);
        }

        _json.Reset();
        return _json;
    }

    /// <summary>Ends the event.</summary>
    public void End()
    {
        _json.Flush();
        _unsentBytes += _json.BytesCommitted;
        Write(_framing == EventFraming.ServerSentEvents ? "\n\n"u8 : "\n"u8);
    }

    /// <summary>Writes something that is no JSON, with its framing.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        Start();
        _output.Write(bytes);
        _unsentBytes += bytes.Length;
    }

    /// <summary>Sends what is written, and waits while the reader is behind.</summary>
    /// <exception cref="OperationCanceledException">The reader has left: a <see cref="ReaderLeftException"/> where the request was not told so yet.</exception>
    public async ValueTask FlushAsync()
    {
        if (_unsentBytes == 0)
        {
            return;
        }

        _unsentBytes = 0;
        ValueTask<FlushResult> flush = _output.FlushAsync(_context.RequestAborted);
        bool isSent = flush.IsCompleted;
        FlushResult result = await flush.ConfigureAwait(false);
        if (!isSent)
        {
            await RequestThreads.ToPool();
        }

        if (result.IsCompleted || result.IsCanceled)
        {
            throw new ReaderLeftException();
        }
    }

    public ValueTask DisposeAsync() => _json.DisposeAsync();

    private void Start()
    {
        if (IsBegun)
        {
            return;
        }

        IsBegun = true;
        HttpResponse response = _context.Response;
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = _framing == EventFraming.ServerSentEvents ? "text/event-stream" : "application/x-ndjson";
        response.Headers.CacheControl = "no-cache";

        // Proxies such as nginx would collect the events otherwise.
        response.Headers["X-Accel-Buffering"] = "no";
    }
}
