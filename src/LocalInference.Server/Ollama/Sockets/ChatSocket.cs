using System.Buffers;
using System.Net.WebSockets;
using System.Text.Json;
using LocalInference.Server.Http;
using LocalInference.Server.Keys;
using LocalInference.Server.Operation;
using Microsoft.AspNetCore.Http;

namespace LocalInference.Server.Ollama.Sockets;

/// <summary>One open socket: reads what its client wants, and sends what its chats say, one message at a time.</summary>
/// <param name="socket">The socket.</param>
/// <param name="connection">The request that opened it.</param>
/// <param name="chat">Answers a chat.</param>
/// <param name="maxBytes">The most bytes that a message may have.</param>
internal sealed class ChatSocket(WebSocket socket, HttpContext connection, RequestDelegate chat, long maxBytes) : IDisposable
{
    private const string ChatPath = "/api/chat";
    private const int MostChats = 64;
    private const int MostIdLetters = 128;
    private const int ReceiveBytes = 4096;

    // What a client that lives needs to answer a close.
    private static readonly TimeSpan s_closing = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, SocketChat> _chats = new(StringComparer.Ordinal);
    private bool _isClosing;

    /// <summary>Serves the socket until its client leaves, or until the server ends and its chats have.</summary>
    /// <param name="stopping">Completes when the server is to end.</param>
    public async Task RunAsync(Task stopping)
    {
        var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task closing = CloseWhenStoppingAsync(stopping, left.Task);
        try
        {
            await ReceiveAllAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            // The client is gone; so is whoever would be told.
        }
        finally
        {
            left.SetResult();
            foreach (SocketChat running in Running())
            {
                await running.StopAsync().ConfigureAwait(false);
            }

            await closing.ConfigureAwait(false);
        }

        await CloseAsync(WebSocketCloseStatus.NormalClosure, null).ConfigureAwait(false);
    }

    /// <summary>Sends an object; waits while the client is behind, and so does whoever made it.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> json)
    {
        await _sending.WaitAsync(connection.RequestAborted).ConfigureAwait(false);
        try
        {
            await socket.SendAsync(json, WebSocketMessageType.Text, endOfMessage: true, connection.RequestAborted).ConfigureAwait(false);
        }
        finally
        {
            _sending.Release();
        }
    }

    public void Dispose() => _sending.Dispose();

    private async Task ReceiveAllAsync()
    {
        var message = new ArrayBufferWriter<byte>(ReceiveBytes);
        while (true)
        {
            ValueWebSocketReceiveResult received = await socket.ReceiveAsync(message.GetMemory(ReceiveBytes), connection.RequestAborted).ConfigureAwait(false);
            message.Advance(received.Count);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                return;
            }

            if (received.MessageType != WebSocketMessageType.Text)
            {
                await RefuseAsync(WebSocketCloseStatus.InvalidMessageType, "Messages are JSON, as text.").ConfigureAwait(false);
                return;
            }

            if (message.WrittenCount > maxBytes)
            {
                await RefuseAsync(WebSocketCloseStatus.MessageTooBig, $"A message is larger than {maxBytes} bytes.").ConfigureAwait(false);
                return;
            }

            if (received.EndOfMessage)
            {
                byte[] whole = message.WrittenSpan.ToArray();
                message = new ArrayBufferWriter<byte>(ReceiveBytes);
                await RequestThreads.ToPool();
                await TakeAsync(whole).ConfigureAwait(false);
            }
        }
    }

    // What the client still sends is read: a connection that is closed over it would be reset, and he would not read why.
    private async Task RefuseAsync(WebSocketCloseStatus status, string reason)
    {
        await CloseAsync(status, reason).ConfigureAwait(false);
        byte[] rest = new byte[ReceiveBytes];
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(connection.RequestAborted);
        limit.CancelAfter(s_closing);
        while ((await socket.ReceiveAsync(rest.AsMemory(), limit.Token).ConfigureAwait(false)).MessageType != WebSocketMessageType.Close)
        {
        }
    }

    // What concerns no chat is told without an id.
    private async Task TakeAsync(byte[] message)
    {
        try
        {
            using RequestBody body = RequestBody.Of(message);
            if (body.Fields.Text("cancel") is { } cancelled)
            {
                Find(cancelled)?.Cancel();
                return;
            }

            Begin(body.Fields.Text("id") ?? "", message);
        }
        catch (RequestException e)
        {
            await SendAsync(Describe(e.Fault)).ConfigureAwait(false);
        }
    }

    private void Begin(string id, byte[] message)
    {
        if (id.Length > MostIdLetters)
        {
            throw JsonFields.Wrong("id", $"a text of at most {MostIdLetters} letters");
        }

        var begun = new SocketChat(id, this, chat, new CancellationTokenSource());
        lock (_gate)
        {
            if (_isClosing)
            {
                throw RequestException.Stopping();
            }

            if (_chats.Count >= MostChats)
            {
                throw new RequestException(new Fault(FaultKind.Busy, $"{MostChats} chats run on this socket."));
            }

            if (!_chats.TryAdd(id, begun))
            {
                throw RequestException.Bad(id.Length == 0 ? "A chat without an id runs: give each its own id." : $"A chat with the id '{id}' runs.", "id");
            }
        }

        begun.Start(aborted => InnerOf(message, begun, aborted), () => End(id, begun));
    }

    // What the connection was opened with holds for all of its chats.
    private HttpContext InnerOf(byte[] message, SocketChat begun, CancellationToken aborted)
    {
        HttpContext inner = InnerRequest.Create(ChatPath, message, begun.Answer, aborted);
        inner.TraceIdentifier = connection.TraceIdentifier;
        inner.Request.Headers[ServerContext.LocalOnlyHeader] = connection.Request.Headers[ServerContext.LocalOnlyHeader];
        if (connection.Features.Get<KeyHolder>() is { } holder)
        {
            inner.Features.Set(holder);
        }

        return inner;
    }

    // Another chat may have the id by now.
    private void End(string id, SocketChat ended)
    {
        lock (_gate)
        {
            if (_chats.GetValueOrDefault(id) == ended)
            {
                _chats.Remove(id);
            }
        }
    }

    private SocketChat? Find(string id)
    {
        lock (_gate)
        {
            return _chats.GetValueOrDefault(id);
        }
    }

    private SocketChat[] Running()
    {
        lock (_gate)
        {
            _isClosing = true;
            return [.. _chats.Values];
        }
    }

    private async Task CloseWhenStoppingAsync(Task stopping, Task left)
    {
        if (await Task.WhenAny(stopping, left).ConfigureAwait(false) == left)
        {
            return;
        }

        await Task.WhenAny(Task.WhenAll(Running().Select(static running => running.Ended)), left).ConfigureAwait(false);
        await CloseAsync(WebSocketCloseStatus.EndpointUnavailable, "The server is shutting down.").ConfigureAwait(false);
        if (await Task.WhenAny(left, Task.Delay(s_closing)).ConfigureAwait(false) != left)
        {
            socket.Abort();
        }
    }

    private static ReadOnlyMemory<byte> Describe(Fault fault)
    {
        var message = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(message, JsonResponse.WriterOptions);
        json.WriteStartObject();
        json.WriteNumber("status", fault.Status);
        json.WriteString("error", OllamaProtocol.MessageOf(fault));
        json.WriteEndObject();
        json.Flush();
        return message.WrittenMemory;
    }

    private async Task CloseAsync(WebSocketCloseStatus status, string? reason)
    {
        try
        {
            await _sending.WaitAsync(connection.RequestAborted).ConfigureAwait(false);
            try
            {
                if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                {
                    await socket.CloseOutputAsync(status, reason, connection.RequestAborted).ConfigureAwait(false);
                }
            }
            finally
            {
                _sending.Release();
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            // The client did not wait for it.
        }
    }
}
