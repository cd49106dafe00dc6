using LocalInference.Abstractions;

namespace LocalInference.Server.Http;

/// <summary>The model of a request that names none.</summary>
internal static class ImpliedModel
{
    /// <summary>Finds it: the standard one, else the only one that is loaded, else the only one that there is.</summary>
    /// <param name="server">Knows the models.</param>
    /// <param name="standard">The default of what will answer; <see langword="null"/>: it has none.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <returns>The catalog's name for it.</returns>
    /// <exception cref="RequestException">It could be any of several.</exception>
    public static async ValueTask<string> FindAsync(ServerContext server, string? standard, CancellationToken cancellationToken) =>
        (standard is not null ? await server.Models.NameOfAsync(standard, cancellationToken).ConfigureAwait(false) : null)
        ?? (server.Find<IRuntimeStatus>()?.GetLoadedModels() is [var loaded] ? loaded.Name : null)
        ?? (await server.Models.ListAsync(cancellationToken).ConfigureAwait(false) is [var only] ? only.Name : null)
        ?? throw RequestException.Bad("model is required: this server does not have just one", "model");
}
