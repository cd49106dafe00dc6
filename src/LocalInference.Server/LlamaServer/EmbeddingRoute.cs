using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Server.Generation;
using LocalInference.Server.Http;
using Microsoft.AspNetCore.Http;

namespace LocalInference.Server.LlamaServer;

/// <summary><c>POST /embedding</c> and <c>POST /embeddings</c>: an array of <c>{index, embedding}</c>, each with one vector in an array of vectors.</summary>
internal sealed class EmbeddingRoute(ServerContext server)
{
    public async Task HandleAsync(HttpContext context)
    {
        using RequestBody body = await server.ReadAsync(context).ConfigureAwait(false);
        JsonFields fields = body.Fields;
        string field = fields.Any("input") is not null || fields.Any("content") is null ? "input" : "content";
        var request = new EmbeddingRequest
        {
            Inputs = TextsOrTokens.Read(fields, field),
            Model = await LlamaServerModel.ReadAsync(server, fields, context.RequestAborted).ConfigureAwait(false),
            Normalize = fields.Integer("embd_normalize") switch
            {
                null or 2 => true,
                -1 => false,
                _ => throw JsonFields.Wrong("embd_normalize", "2 (Euclidean length 1) or -1 (as the model gives it)"),
            },
            KeepAlive = OwnFields.KeepAlive(fields),
        };
        EmbeddingResult result = await server.EmbedAsync(context, request).ConfigureAwait(false);
        await JsonResponse.WriteAsync(context, json => Write(json, result)).ConfigureAwait(false);
    }

    private static void Write(Utf8JsonWriter json, EmbeddingResult result)
    {
        json.WriteStartArray();
        for (int i = 0; i < result.Embeddings.Count; i++)
        {
            json.WriteStartObject();
            json.WriteNumber("index", i);
            json.WriteStartArray("embedding");
            VectorFields.WriteArray(json, result.Embeddings[i].Vector.Span);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
