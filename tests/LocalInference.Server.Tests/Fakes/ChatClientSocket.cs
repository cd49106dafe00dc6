using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace LocalInference.Server.Tests.Fakes;

/// <summary>A client's end of <c>/api/ws</c>.</summary>
internal sealed class ChatClientSocket : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource _limit = new(s_patience);

    private ChatClientSocket()
    {
    }

    public ClientWebSocket Socket { get; } = new();

    public static async Task<ChatClientSocket> OpenAsync(LoopbackServer server, Action<ClientWebSocketOptions>? configure = null)
    {
        var client = new ChatClientSocket();
        configure?.Invoke(client.Socket.Options);
        await client.Socket.ConnectAsync(new UriBuilder(server.Address) { Scheme = "ws", Path = "/api/ws" }.Uri, client._limit.Token);
        return client;
    }

    public Task SendAsync(string text) => Socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, _limit.Token);

    /// <summary>The next message; <see langword="null"/>: the server closes.</summary>
    public async Task<JsonElement?> ReceiveAsync()
    {
        using var message = new MemoryStream();
        byte[] buffer = new byte[4096];
        while (true)
        {
            WebSocketReceiveResult received = await Socket.ReceiveAsync(buffer, _limit.Token);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            message.Write(buffer, 0, received.Count);
            if (received.EndOfMessage)
            {
                return JsonElement.Parse(message.ToArray());
            }
        }
    }

    /// <summary>The messages up to the one that ends so many chats.</summary>
    public async Task<IReadOnlyList<JsonElement>> ReceiveUntilDoneAsync(int chats = 1)
    {
        var messages = new List<JsonElement>();
        while (chats > 0)
        {
            JsonElement message = await ReceiveAsync() ?? throw new InvalidOperationException("The server closed the socket.");
            messages.Add(message);
            chats -= message.TryGetProperty("done", out JsonElement done) && done.GetBoolean() ? 1 : 0;
        }

        return messages;
    }

    public void Dispose()
    {
        Socket.Dispose();
        _limit.Dispose();
    }
}
