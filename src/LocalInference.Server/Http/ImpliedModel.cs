using LocalInference.Abstractions;

namespace LocalInference.Server.Http;

/// <summary>The model of a request that names none.</summary>
internal static class ImpliedModel
{
    /// <summary>
    /// Finds it: the standard one, else the only one that can do it, else the only one of these that is loaded. Which one is loaded does not
    /// decide who embeds: vectors of two models would meet in one index.
    /// </summary>
    /// <param name="server">Knows the models.</param>
    /// <param name="standard">The default of what will answer; <see langword="null"/>: it has none.</param>
    /// <param name="needed">What it has to be able to do, one of these.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <returns>The catalog's name for it.</returns>
    /// <exception cref="RequestException">It could be any of several.</exception>
    public static async ValueTask<string> FindAsync(ServerContext server, string? standard, ModelCapabilities needed, CancellationToken cancellationToken)
    {
        if (standard is not null && await server.Models.NameOfAsync(standard, cancellationToken).ConfigureAwait(false) is { } known)
        {
            return known;
        }

        IReadOnlyList<ModelDescription> all = await server.Models.ListAsync(cancellationToken).ConfigureAwait(false);
        string[] able = [.. all.Where(model => all.Count == 1 || (model.Capabilities & needed) != ModelCapabilities.None).Select(static model => model.Name)];
        if (able is [var only])
        {
            return only;
        }

        string[] loaded = [.. (server.Find<IRuntimeStatus>()?.GetLoadedModels() ?? []).Select(static model => model.Name).Where(name => all.Count == 0 || able.Contains(name, StringComparer.Ordinal))];
        return needed != ModelCapabilities.Embedding && loaded is [var running] ? running : throw RequestException.Bad("model is required: this server does not have just one", "model");
    }
}
