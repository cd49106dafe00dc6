using LocalInference.Abstractions;
using LocalInference.Server.Generation;
using LocalInference.Server.Http;
using Microsoft.AspNetCore.Http;

namespace LocalInference.Server.Ollama;

/// <summary><c>POST /api/generate</c>.</summary>
internal sealed class GenerateRoute(ServerContext server) : AnswerRoute(server)
{
    protected override bool IsChat => false;

    public async Task HandleAsync(HttpContext context)
    {
        using RequestBody body = await Server.ReadAsync(context).ConfigureAwait(false);
        JsonFields fields = body.Fields;
        OllamaRequest request = await OllamaRequest.ReadAsync(Server, fields, static () => OllamaModel.NotFound(""), context.RequestAborted).ConfigureAwait(false);
        OllamaRequest.RefuseImages(fields, request.Model);
        GeneratePrompt prompt = GeneratePrompt.Read(fields);
        if (prompt.Text.Length == 0 && prompt.Suffix is null)
        {
            await LoadAsync(context, request).ConfigureAwait(false);
            return;
        }

        await SendAsync(context, request, () => BeginAsync(context, request, prompt)).ConfigureAwait(false);
    }

    private async Task<RunningAnswer> BeginAsync(HttpContext context, OllamaRequest request, GeneratePrompt prompt)
    {
        CancellationToken cancellationToken = context.RequestAborted;

        // Ollama's template for models that have none is the prompt itself; with a system message there are two texts to tell apart.
        bool isPlain = prompt.System is null && prompt.Template is null && await Server.Models.LacksTemplateAsync(request.Model, cancellationToken).ConfigureAwait(false);
        GenerationRequest generation = await request.ToGenerationAsync(Server, prompt.ToInput(request.Reasoning, hasTemplate: !isPlain), cancellationToken).ConfigureAwait(false);
        generation = await ChatMlFallback.ApplyAsync(Server, generation, cancellationToken).ConfigureAwait(false) with { ReturnTokens = !prompt.IsRaw };
        return await Server.BeginAsync(context, generation).ConfigureAwait(false);
    }
}
