using System.Buffers;
using System.IO.Pipelines;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using LocalInference.Server.Http;
using Microsoft.AspNetCore.Http;
using Endpoint = LocalInference.Server.Http.Endpoint;

namespace LocalInference.Server.Ollama.Sockets;

/// <summary>One chat of a socket: what the route writes as lines goes out as messages that begin with the chat's id.</summary>
/// <param name="id">Its id; empty: its messages carry none.</param>
/// <param name="socket">The socket.</param>
/// <param name="chat">Answers it.</param>
/// <param name="stopping">Stops it; disposed when it has ended.</param>
internal sealed class SocketChat(string id, ChatSocket socket, RequestDelegate chat, CancellationTokenSource stopping)
{
    // As much as a connection of its own would hold back: then the engine waits for the reader.
    private static readonly PipeOptions s_options = new(pauseWriterThreshold: 16 * 1024, resumeWriterThreshold: 8 * 1024, useSynchronizationContext: false);

    private static readonly ReadOnlySequence<byte> s_cancelled = new("""{"done":true,"done_reason":"cancel"}"""u8.ToArray());

    private readonly Pipe _pipe = new(s_options);
    private readonly ArrayBufferWriter<byte> _message = new();
    private readonly byte[] _mark = id.Length == 0 ? [] : [.. "\"id\":\""u8, .. JsonEncodedText.Encode(id, JsonResponse.WriterOptions.Encoder).EncodedUtf8Bytes, .. "\","u8];

    /// <summary>Where the answer is written.</summary>
    public PipeResponseBody Answer => new(_pipe.Writer);

    /// <summary>Completes when nothing more comes of it, and never fails.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    /// <summary>Begins it.</summary>
    /// <param name="request">Makes its request, which is given up when the token says so.</param>
    /// <param name="ended">Called before its last message is sent: who has read that may use the id again.</param>
    public void Start(Func<CancellationToken, HttpContext> request, Action ended) => Ended = Task.Run(() => RunAsync(request, ended));

    public void Cancel()
    {
        try
        {
            stopping.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended in the meantime.
        }
    }

    /// <summary>Cancels it, and waits for its end.</summary>
    public Task StopAsync()
    {
        Cancel();
        return Ended;
    }

    private async Task RunAsync(Func<CancellationToken, HttpContext> request, Action ended)
    {
        HttpContext context = request(stopping.Token);
        Task answering = AnswerAsync(context);
        try
        {
            await SendAllAsync(context.Response, ended).ConfigureAwait(false);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client is gone.
            Cancel();
        }
        finally
        {
            await _pipe.Reader.CompleteAsync().ConfigureAwait(false);
            await answering.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            ended();
            stopping.Dispose();
        }
    }

    private async Task AnswerAsync(HttpContext context)
    {
        try
        {
            await chat(context).ConfigureAwait(false);
        }
        finally
        {
            await _pipe.Writer.CompleteAsync().ConfigureAwait(false);
        }
    }

    private async Task SendAllAsync(HttpResponse response, Action ended)
    {
        while (true)
        {
            ReadResult result = await _pipe.Reader.ReadAsync(CancellationToken.None).ConfigureAwait(false);
            ReadOnlySequence<byte> rest = result.Buffer;
            while (rest.PositionOf((byte)'\n') is { } end)
            {
                ReadOnlySequence<byte> behind = rest.Slice(rest.GetPosition(1, end));
                Compose(rest.Slice(0, end), response.StatusCode);
                if (behind.IsEmpty && MayBeLast())
                {
                    break;
                }

                await socket.SendAsync(_message.WrittenMemory).ConfigureAwait(false);
                rest = behind;
            }

            if (!result.IsCompleted)
            {
                _pipe.Reader.AdvanceTo(rest.Start, rest.End);
                continue;
            }

            ended();
            await SendLastAsync(rest, response.StatusCode).ConfigureAwait(false);
            return;
        }
    }

    // A whole line; an object that was no stream; or, of a chat that was cancelled, nothing or a piece.
    private async Task SendLastAsync(ReadOnlySequence<byte> rest, int status)
    {
        if (rest.PositionOf((byte)'\n') is { } end)
        {
            Compose(rest.Slice(0, end), StatusCodes.Status200OK);
        }
        else if (status == Endpoint.ClientClosedRequest)
        {
            Compose(s_cancelled, StatusCodes.Status200OK);
        }
        else if (!rest.IsEmpty)
        {
            Compose(rest, status);
        }
        else
        {
            return;
        }

        await socket.SendAsync(_message.WrittenMemory).ConfigureAwait(false);
    }

    // An argument of a function may look like it: then it waits for the next line.
    private bool MayBeLast() => _message.WrittenSpan.IndexOf("\"done\":true"u8) >= 0;

    private void Compose(ReadOnlySequence<byte> json, int status)
    {
        _message.ResetWrittenCount();
        _message.Write("{"u8);
        _message.Write(_mark);
        if (status >= StatusCodes.Status400BadRequest)
        {
            _message.Write(Encoding.ASCII.GetBytes($"\"status\":{status},\"done\":true,\"done_reason\":\"error\","));
        }

        foreach (ReadOnlyMemory<byte> part in json.Slice(1))
        {
            _message.Write(part.Span);
        }
    }
}
