using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Server.Generation;
using LocalInference.Server.Http;
using Microsoft.AspNetCore.Http;

namespace LocalInference.Server.OpenAI;

/// <summary><c>POST /v1/embeddings</c>.</summary>
internal sealed class EmbeddingsRoute(ServerContext server)
{
    public async Task HandleAsync(HttpContext context)
    {
        using RequestBody body = await server.ReadAsync(context).ConfigureAwait(false);
        JsonFields fields = body.Fields;
        IEmbedder embedder = server.Get<IEmbedder>("embeddings");
        string model = fields.Text("model") is { Length: > 0 } name ? name : await ImpliedModel.FindAsync(server, embedder.Metadata.DefaultModel, ModelCapabilities.Embedding, context.RequestAborted).ConfigureAwait(false);
        bool isBase64 = fields.Text("encoding_format") switch
        {
            null or "float" => false,
            "base64" => true,
            _ => throw JsonFields.Wrong("encoding_format", "float or base64"),
        };
        var request = new EmbeddingRequest
        {
            Inputs = TextsOrTokens.Read(fields, "input"),
            Model = await server.Models.NameOfAsync(model, context.RequestAborted).ConfigureAwait(false) ?? throw RequestException.ModelNotFound(model),
            Dimensions = fields.Integer("dimensions"),
            KeepAlive = OwnFields.KeepAlive(fields),
            Caller = fields.Text("user"),
        };
        EmbeddingResult result = await server.EmbedAsync(context, request).ConfigureAwait(false);
        await JsonResponse.WriteAsync(context, json => Write(json, model, result, isBase64)).ConfigureAwait(false);
    }

    private static void Write(Utf8JsonWriter json, string model, EmbeddingResult result, bool isBase64)
    {
        json.WriteStartObject();
        json.WriteString("object", "list");
        json.WriteStartArray("data");
        for (int i = 0; i < result.Embeddings.Count; i++)
        {
            json.WriteStartObject();
            json.WriteString("object", "embedding");
            json.WriteNumber("index", i);
            ReadOnlySpan<float> vector = result.Embeddings[i].Vector.Span;
            if (isBase64)
            {
                WriteBase64(json, vector);
            }
            else
            {
                json.WritePropertyName("embedding");
                VectorFields.WriteArray(json, vector);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("model", model);
        json.WriteStartObject("usage");
        json.WriteNumber("prompt_tokens", result.TokenCount);
        json.WriteNumber("total_tokens", result.TokenCount);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    // Single precision, lowest byte first, as OpenAI's clients decode it.
    private static void WriteBase64(Utf8JsonWriter json, ReadOnlySpan<float> vector)
    {
        byte[] bytes = ArrayPool<byte>.Shared.Rent(vector.Length * sizeof(float));
        for (int i = 0; i < vector.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), vector[i]);
        }

        json.WriteBase64String("embedding", bytes.AsSpan(0, vector.Length * sizeof(float)));
        ArrayPool<byte>.Shared.Return(bytes);
    }
}
