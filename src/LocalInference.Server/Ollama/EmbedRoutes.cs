using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Server.Generation;
using LocalInference.Server.Http;
using Microsoft.AspNetCore.Http;

namespace LocalInference.Server.Ollama;

/// <summary><c>POST /api/embed</c>, and <c>POST /api/embeddings</c>, which is older and takes one text.</summary>
internal sealed class EmbedRoutes(ServerContext server)
{
    public async Task EmbedAsync(HttpContext context)
    {
        using RequestBody body = await server.ReadAsync(context).ConfigureAwait(false);
        JsonFields fields = body.Fields;
        string model = OllamaModel.Read(fields) ?? throw OllamaModel.NotFound("");
        EmbeddingRequest request = new()
        {
            Inputs = Inputs(fields),
            Dimensions = fields.Integer("dimensions") is var length and > 0 ? length : null,
            Truncation = fields.Truth("truncate") == false ? TextTruncation.Error : TextTruncation.End,
            ContextLength = OllamaOptions.Read(fields).ContextLength,
            KeepAlive = OwnFields.KeepAlive(fields),
        };
        EmbeddingResult result = await RunAsync(context, model, request).ConfigureAwait(false);
        await JsonResponse.WriteAsync(context, json => Write(json, model, result)).ConfigureAwait(false);
    }

    public async Task EmbedOneAsync(HttpContext context)
    {
        using RequestBody body = await server.ReadAsync(context).ConfigureAwait(false);
        JsonFields fields = body.Fields;
        string model = OllamaModel.Read(fields) ?? throw OllamaModel.Required();
        EmbeddingRequest request = new()
        {
            Inputs = fields.Text("prompt") is { Length: > 0 } prompt ? [prompt] : [],
            Truncation = TextTruncation.End,
            ContextLength = OllamaOptions.Read(fields).ContextLength,
            KeepAlive = OwnFields.KeepAlive(fields),
        };
        EmbeddingResult result = await RunOneAsync(context, model, request).ConfigureAwait(false);
        await JsonResponse.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WritePropertyName("embedding");
            VectorFields.WriteArray(json, result.Embeddings is [var only] ? only.Vector.Span : []);
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private static IReadOnlyList<EmbeddingInput> Inputs(JsonFields request) => request.Any("input") switch
    {
        null => [],
        { ValueKind: JsonValueKind.String } text => text.GetString() is { Length: > 0 } given ? [given] : [],
        { ValueKind: JsonValueKind.Array } list when list.EnumerateArray().All(static item => item.ValueKind == JsonValueKind.String) => [.. list.EnumerateArray().Select(static item => new EmbeddingInput(item.GetString()!))],
        _ => throw RequestException.Bad("invalid input type", "input"),
    };

    // Here Ollama answers 500 where the model's vector is no vector, on /api/embed 400.
    private async Task<EmbeddingResult> RunOneAsync(HttpContext context, string model, EmbeddingRequest request)
    {
        try
        {
            return await RunAsync(context, model, request).ConfigureAwait(false);
        }
        catch (GenerationException e) when (e.Code == "embedding_not_finite")
        {
            throw new RequestException(new Fault(FaultKind.ModelFailed, e.Message) { Code = e.Code });
        }
    }

    private async Task<EmbeddingResult> RunAsync(HttpContext context, string model, EmbeddingRequest request)
    {
        string resolved = await server.Models.NameOfAsync(model, context.RequestAborted).ConfigureAwait(false) ?? throw OllamaModel.NotFoundForEmbedding(model);
        if (request.Inputs.Count == 0 && server.Find<IModelLifetime>() is { } lifetime)
        {
            // Nothing to embed: as with an empty prompt, the model is loaded.
            await server.LoadAsync(context, lifetime, resolved, request.KeepAlive).ConfigureAwait(false);
            return new EmbeddingResult { Model = resolved, Embeddings = [] };
        }

        try
        {
            return await server.EmbedAsync(context, request with { Model = resolved }).ConfigureAwait(false);
        }
        catch (ContextLengthException e)
        {
            throw RequestException.Bad($"the input length exceeds the context length: {e.Message}", "input");
        }
    }

    private static void Write(Utf8JsonWriter json, string model, EmbeddingResult result)
    {
        json.WriteStartObject();
        json.WriteString("model", model);
        json.WriteStartArray("embeddings");
        foreach (TextEmbedding embedding in result.Embeddings)
        {
            VectorFields.WriteArray(json, embedding.Vector.Span);
        }

        json.WriteEndArray();
        json.WriteNumber("total_duration", result.TotalDuration.Ticks * TimeSpan.NanosecondsPerTick);
        json.WriteNumber("load_duration", result.LoadDuration.Ticks * TimeSpan.NanosecondsPerTick);
        json.WriteNumber("prompt_eval_count", result.TokenCount);
        json.WriteEndObject();
    }
}
