using System.Net.WebSockets;
using LocalInference.Server.Http;
using LocalInference.Server.Keys;
using LocalInference.Server.Operation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebSockets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace LocalInference.Server.Ollama.Sockets;

/// <summary>
/// <c>GET /api/ws</c>, a WebSocket (RFC 6455). Each message is the body of an <c>/api/chat</c> with an <c>id</c>, or
/// <c>{"cancel": id}</c>; the objects of the answers come back as messages of their own, each with its chat's <c>id</c>.
/// </summary>
internal sealed class ChatSocketRoute
{
    // A dead peer is found after at most twice this time; whoever lives answers pings by himself.
    private static readonly TimeSpan s_keepAlive = TimeSpan.FromSeconds(30);

    private readonly ServerContext _server;
    private readonly RequestDelegate _chat;
    private readonly WebSocketMiddleware _upgrade;
    private readonly Task _stopping;

    public ChatSocketRoute(ServerContext server, ChatRoute chat)
    {
        _server = server;

        // Each chat counts as a request of its key.
        _chat = server.Endpoint.Of(context => context.Features.Get<KeyHolder>() is { } holder ? holder.RunAsync(context, chat.HandleAsync) : chat.HandleAsync(context));

        // The route brings what it needs, so that an application has no order of middleware to keep.
        _upgrade = new WebSocketMiddleware(
            AcceptAsync,
            Options.Create(new WebSocketOptions { KeepAliveInterval = s_keepAlive, KeepAliveTimeout = s_keepAlive }),
            server.Find<ILoggerFactory>() ?? NullLoggerFactory.Instance);
        _stopping = server.Find<RequestDrain>()?.Draining ?? StoppingOf(server.Find<IHostApplicationLifetime>());
    }

    public Task HandleAsync(HttpContext context) => _upgrade.Invoke(context);

    private async Task AcceptAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            throw RequestException.Bad("/api/ws is a WebSocket: open it with a client that asks for the upgrade.");
        }

        // An open socket is no work: what counts are its chats. From before the client learns that it is open: it may open the next at once.
        KeyHolder? holder = context.Features.Get<KeyHolder>();
        holder?.End();
        try
        {
            using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync().ConfigureAwait(false);
            using var chats = new ChatSocket(socket, context, _chat, _server.Options.MaxRequestBytes);
            await chats.RunAsync(_stopping).ConfigureAwait(false);
        }
        finally
        {
            holder?.Hold();
        }
    }

    private static Task StoppingOf(IHostApplicationLifetime? lifetime)
    {
        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lifetime?.ApplicationStopping.Register(stopping.SetResult);
        return stopping.Task;
    }
}
