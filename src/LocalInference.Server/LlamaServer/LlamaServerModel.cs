using LocalInference.Abstractions;
using LocalInference.Server.Http;
using Microsoft.AspNetCore.Http;

namespace LocalInference.Server.LlamaServer;

/// <summary>The model of a request. llama-server has one, so its clients name none.</summary>
internal static class LlamaServerModel
{
    /// <summary>The model that a body names in <c>model</c>.</summary>
    public static ValueTask<string> ReadAsync(ServerContext server, JsonFields request, CancellationToken cancellationToken) =>
        FindAsync(server, request.Text("model"), cancellationToken);

    /// <summary>The model that an address names in <c>?model=</c>.</summary>
    public static ValueTask<string> ReadAsync(ServerContext server, HttpContext context) =>
        FindAsync(server, context.Request.Query["model"], context.RequestAborted);

    private static async ValueTask<string> FindAsync(ServerContext server, string? wanted, CancellationToken cancellationToken) => string.IsNullOrEmpty(wanted)
        ? await ImpliedModel.FindAsync(server, server.Find<ITextGenerator>()?.Metadata.DefaultModel, ModelCapabilities.Completion | ModelCapabilities.Chat, cancellationToken).ConfigureAwait(false)
        : await server.Models.NameOfAsync(wanted, cancellationToken).ConfigureAwait(false) ?? throw RequestException.ModelNotFound(wanted);
}
