using LocalInference.Abstractions;
using LocalInference.Server.Http;
using LocalInference.Server.OpenAI;
using Microsoft.AspNetCore.Http;

namespace LocalInference.Server.LlamaServer;

/// <summary>
/// The model of a request. llama-server has one, so its clients name none: then it is the generator's own, the only one that is loaded,
/// or the only one that there is.
/// </summary>
internal static class LlamaServerModel
{
    /// <summary>The model that a body names in <c>model</c>.</summary>
    public static ValueTask<string> ReadAsync(ServerContext server, JsonFields request, CancellationToken cancellationToken) =>
        FindAsync(server, request.Text("model"), cancellationToken);

    /// <summary>The model that an address names in <c>?model=</c>.</summary>
    public static ValueTask<string> ReadAsync(ServerContext server, HttpContext context) =>
        FindAsync(server, context.Request.Query["model"], context.RequestAborted);

    private static async ValueTask<string> FindAsync(ServerContext server, string? wanted, CancellationToken cancellationToken)
    {
        if (!string.IsNullOrEmpty(wanted))
        {
            return await server.Models.NameOfAsync(wanted, cancellationToken).ConfigureAwait(false) ?? throw OpenAIRequest.NotFound(wanted);
        }

        return (server.Find<ITextGenerator>()?.Metadata.DefaultModel is { } standard ? await server.Models.NameOfAsync(standard, cancellationToken).ConfigureAwait(false) : null)
            ?? (server.Find<IRuntimeStatus>()?.GetLoadedModels() is [var loaded] ? loaded.Name : null)
            ?? (await server.Models.ListAsync(cancellationToken).ConfigureAwait(false) is [var only] ? only.Name : null)
            ?? throw RequestException.Bad("model is required: this server does not have just one", "model");
    }
}
