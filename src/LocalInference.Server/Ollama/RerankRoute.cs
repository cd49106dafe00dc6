using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Server.Generation;
using LocalInference.Server.Http;
using Microsoft.AspNetCore.Http;

namespace LocalInference.Server.Ollama;

/// <summary>
/// <c>POST /api/rerank</c>, this server's own: <c>{model, query, documents, top_n?, truncate?, keep_alive?}</c>. The answer says what its
/// scores are: a reranker's <c>relevance</c>, or the <c>cosine</c> of a model that only embeds.
/// </summary>
internal sealed class RerankRoute(ServerContext server)
{
    public async Task HandleAsync(HttpContext context)
    {
        using RequestBody body = await server.ReadAsync(context).ConfigureAwait(false);
        JsonFields fields = body.Fields;
        string model = OllamaModel.Read(fields) ?? throw OllamaModel.Required();
        var request = new RerankRequest
        {
            Query = fields.RequiredText("query"),
            Documents = fields.Texts("documents"),
            Model = await server.Models.NameOfAsync(model, context.RequestAborted).ConfigureAwait(false) ?? throw OllamaModel.NotFound(model),
            Top = fields.Integer("top_n"),
            Truncation = fields.Truth("truncate") == false ? TextTruncation.Error : TextTruncation.End,
            KeepAlive = OwnFields.KeepAlive(fields),
        };
        if (request.Documents.Count == 0)
        {
            throw RequestException.Bad("documents is required", "documents");
        }

        RerankResult result = await server.RerankAsync(context, request).ConfigureAwait(false);
        await JsonResponse.WriteAsync(context, json => Write(json, model, result)).ConfigureAwait(false);
    }

    private static void Write(Utf8JsonWriter json, string model, RerankResult result)
    {
        json.WriteStartObject();
        json.WriteString("model", model);
        RankingFields.Write(json, result);
        json.WriteNumber("total_duration", result.TotalDuration.Ticks * TimeSpan.NanosecondsPerTick);
        json.WriteNumber("load_duration", result.LoadDuration.Ticks * TimeSpan.NanosecondsPerTick);
        json.WriteNumber("prompt_eval_count", result.TokenCount);
        json.WriteEndObject();
    }
}
