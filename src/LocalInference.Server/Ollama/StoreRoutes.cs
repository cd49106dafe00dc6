using LocalInference.Abstractions;
using LocalInference.Server.Http;
using Microsoft.AspNetCore.Http;

namespace LocalInference.Server.Ollama;

/// <summary>
/// What changes the models that there are: <c>POST /api/pull</c>, <c>/api/push</c>, <c>/api/create</c> and <c>/api/copy</c>,
/// <c>DELETE /api/delete</c>.
/// </summary>
internal sealed class StoreRoutes(ServerContext server)
{
    public async Task PullAsync(HttpContext context)
    {
        using RequestBody body = await server.ReadAsync(context).ConfigureAwait(false);
        string name = OllamaModel.Read(body.Fields) ?? throw OllamaModel.Invalid();
        var options = new PullOptions { AllowInsecure = body.Fields.Truth("insecure") ?? false };
        await ProgressSender.SendAsync(server, context, IsStreamed(body.Fields), async (progress, cancellationToken) =>
        {
            try
            {
                await Store.PullAsync(name, options, progress, cancellationToken).ConfigureAwait(false);
            }
            catch (ModelNotFoundException)
            {
                throw RequestException.ModelMissing("pull model manifest: file does not exist");
            }
        }).ConfigureAwait(false);
    }

    public async Task PushAsync(HttpContext context)
    {
        using RequestBody body = await server.ReadAsync(context).ConfigureAwait(false);
        string name = OllamaModel.Read(body.Fields) ?? throw OllamaModel.Required();
        var options = new PushOptions { AllowInsecure = body.Fields.Truth("insecure") ?? false };
        await ProgressSender.SendAsync(
            server,
            context,
            IsStreamed(body.Fields),
            (progress, cancellationToken) => Store.PushAsync(name, options, progress, cancellationToken)).ConfigureAwait(false);
    }

    public async Task CreateAsync(HttpContext context)
    {
        using RequestBody body = await server.ReadAsync(context).ConfigureAwait(false);
        string name = OllamaModel.Read(body.Fields) ?? throw OllamaModel.Invalid();
        Modelfile recipe = CreateRequest.Read(body.Fields);
        CreateOptions options = CreateRequest.ReadOptions(body.Fields);
        await ProgressSender.SendAsync(
            server,
            context,
            IsStreamed(body.Fields),
            async (progress, cancellationToken) =>
            {
                try
                {
                    await Store.CreateAsync(name, recipe, options, progress, cancellationToken).ConfigureAwait(false);
                }
                catch (StoreException e) when (e is { Code: "store_failed", InnerException: not (null or IOException or UnauthorizedAccessException) })
                {
                    // A file could not be read as what it should be.
                    throw CreateRequest.NoModel(body.Fields);
                }
            }).ConfigureAwait(false);
    }

    public async Task CopyAsync(HttpContext context)
    {
        using RequestBody body = await server.ReadAsync(context).ConfigureAwait(false);
        string source = body.Fields.Text("source") ?? "";
        string destination = body.Fields.Text("destination") ?? "";
        try
        {
            await Store.CopyAsync(source, destination, context.RequestAborted).ConfigureAwait(false);
        }
        catch (ModelNotFoundException)
        {
            throw RequestException.ModelMissing($"model \"{source}\" not found");
        }
        catch (StoreException e) when (e.Code == "model_name_invalid")
        {
            throw e.Value == source ? RequestException.Bad($"source \"{source}\" is invalid", "source") : RequestException.Bad($"destination \"{destination}\" is invalid", "destination");
        }
    }

    public async Task DeleteAsync(HttpContext context)
    {
        using RequestBody body = await server.ReadAsync(context).ConfigureAwait(false);
        string name = OllamaModel.Read(body.Fields) ?? throw OllamaModel.Required();
        string loaded = LoadedName(name);
        try
        {
            Store.Remove(name);
        }
        catch (ModelNotFoundException)
        {
            throw OllamaModel.NotFound(name);
        }

        // No name leads to it any more by which it could be stopped. It goes with its last request, for which nobody waits here.
        _ = server.Find<IModelLifetime>()?.UnloadAsync(loaded, CancellationToken.None).AsTask();
    }

    // What a model is called in memory, not the route that may have its name. One that is damaged is removed all the same.
    private string LoadedName(string name)
    {
        try
        {
            return Store.Find(name)?.Name ?? name;
        }
        catch (StoreException)
        {
            return name;
        }
    }

    private IModelStore Store => server.Get<IModelStore>("changes of its models");

    private static bool IsStreamed(JsonFields request) => request.Truth("stream") ?? true;
}
