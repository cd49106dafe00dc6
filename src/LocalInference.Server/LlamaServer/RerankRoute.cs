using LocalInference.Abstractions;
using LocalInference.Server.Generation;
using LocalInference.Server.Http;
using Microsoft.AspNetCore.Http;

namespace LocalInference.Server.LlamaServer;

/// <summary>
/// <c>POST /rerank</c>, <c>/reranking</c> and the same under <c>/v1</c>: Jina's request <c>{query, documents, top_n}</c> and answer, or
/// that of Hugging Face's text-embeddings-inference for who sends <c>texts</c>.
/// </summary>
internal sealed class RerankRoute(ServerContext server)
{
    /// <summary>What it does, for the description of the routes.</summary>
    public const string Summary = "Ranks documents for a query.";

    /// <summary>The fields that it reads.</summary>
    public const string Body = "model query! documents:array texts:array top_n:integer return_text:boolean keep_alive:string|number";

    public async Task HandleAsync(HttpContext context)
    {
        using RequestBody body = await server.ReadAsync(context).ConfigureAwait(false);
        JsonFields fields = body.Fields;
        bool isArray = fields.Any("texts") is not null;
        IReadOnlyList<string> documents = fields.Texts(isArray ? "texts" : "documents");
        string model = await LlamaServerModel.ReadAsync(server, fields, context.RequestAborted).ConfigureAwait(false);
        var request = new RerankRequest
        {
            Query = fields.RequiredText("query"),
            Documents = documents.Count > 0 ? documents : throw RequestException.Bad("documents must be an array of texts that is not empty", "documents"),
            Model = model,
            Top = fields.Integer("top_n"),
            KeepAlive = OwnFields.KeepAlive(fields),
        };
        RerankResult result = await server.RerankAsync(context, request).ConfigureAwait(false);
        bool repeats = isArray && fields.Truth("return_text") == true;
        await JsonResponse.WriteAsync(context, json =>
        {
            if (isArray)
            {
                RankingFields.WriteArray(json, result, "score", repeats ? documents : null);
                return;
            }

            json.WriteStartObject();
            json.WriteString("model", model);
            json.WriteString("object", "list");
            json.WriteStartObject("usage");
            json.WriteNumber("prompt_tokens", result.TokenCount);
            json.WriteNumber("total_tokens", result.TokenCount);
            json.WriteEndObject();
            RankingFields.Write(json, result);
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }
}
