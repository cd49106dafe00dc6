using System.Globalization;
using System.Net.WebSockets;
using System.Text;

namespace LocalInference.LoadTest.Storm;

/// <summary>One WebSocket: several chats at once, of which one may be cancelled, and a client that may leave all of them.</summary>
internal sealed class StormSocket(Uri server, StormSettings settings, StormTally tally, Random random)
{
    private const string Path = "/api/ws";
    private const int MostChats = 4;
    private const int MostTokens = 24;
    private const int ReadBytes = 16 * 1024;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    public async Task RunAsync()
    {
        int chats = 1 + random.Next(MostChats);
        bool leaves = random.Next(100) < settings.CancelPercent;
        using var limit = new CancellationTokenSource(s_patience);
        using var socket = new ClientWebSocket();
        try
        {
            await socket.ConnectAsync(new UriBuilder(server) { Scheme = "ws", Path = Path }.Uri, limit.Token);
            for (int i = 0; i < chats; i++)
            {
                await SendAsync(socket, $$"""{"id":"c{{i}}","model":"{{settings.Model}}","messages":[{"role":"user","content":"w{{random.Next(500)}}"}],"options":{"num_predict":{{1 + random.Next(MostTokens)}}} }""", limit.Token);
            }

            if (random.Next(3) == 0)
            {
                await SendAsync(socket, """{"cancel":"c0"}""", limit.Token);
            }

            if (leaves)
            {
                socket.Abort();
                tally.Count("left");
                return;
            }

            await ReadAsync(socket, chats, limit.Token);
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, limit.Token);
            tally.Count("socket");
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            tally.Count("broken");
            tally.Blame(Path, $"{e.GetType().Name}: {e.Message}");
        }
    }

    private async Task ReadAsync(ClientWebSocket socket, int chats, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[ReadBytes];
        while (chats > 0)
        {
            // Messages of so few tokens are far smaller than the buffer.
            WebSocketReceiveResult received = await socket.ReceiveAsync(buffer, cancellationToken);
            string message = Encoding.UTF8.GetString(buffer, 0, received.Count);
            if (received.MessageType == WebSocketMessageType.Close || !received.EndOfMessage)
            {
                tally.Blame(Path, string.Create(CultureInfo.InvariantCulture, $"closed with {chats} chats to come: {received.CloseStatusDescription} {message}"));
                return;
            }

            // Nothing of what is asked here is wrong: no status of a 4xx is due either.
            if (StormErrors.IsIn(message))
            {
                tally.Blame(Path, message);
            }

            chats -= message.Contains("\"done\":true", StringComparison.Ordinal) ? 1 : 0;
        }
    }

    private static Task SendAsync(ClientWebSocket socket, string text, CancellationToken cancellationToken) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, cancellationToken);
}
