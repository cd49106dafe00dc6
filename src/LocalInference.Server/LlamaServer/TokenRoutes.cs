using System.Text.Json;
using System.Text.Unicode;
using LocalInference.Abstractions;
using LocalInference.Server.Http;
using LocalInference.Server.OpenAI;
using Microsoft.AspNetCore.Http;

namespace LocalInference.Server.LlamaServer;

/// <summary>How a model sees text: <c>POST /tokenize</c>, <c>/detokenize</c>, <c>/apply-template</c> and <c>/v1/chat/completions/input_tokens</c>.</summary>
internal sealed class TokenRoutes(ServerContext server)
{
    public async Task TokenizeAsync(HttpContext context)
    {
        using RequestBody body = await server.ReadAsync(context).ConfigureAwait(false);
        JsonFields fields = body.Fields;
        string model = await LlamaServerModel.ReadAsync(server, fields, context.RequestAborted).ConfigureAwait(false);
        var options = new TokenizeOptions
        {
            Model = model,
            AddSpecialTokens = fields.Truth("add_special") ?? false,
            ParseSpecialTokens = fields.Truth("parse_special") ?? true,
        };
        IReadOnlyList<int> tokens = fields.Any("content") is { } content
            ? await new PromptReader(server, model).TokenizeAsync(content, "content", options, context.RequestAborted).ConfigureAwait(false)
            : [];
        IReadOnlyList<ReadOnlyMemory<byte>>? pieces = fields.Truth("with_pieces") == true
            ? await Tokenizer.GetPiecesAsync(tokens.ToArray(), new TokenizeOptions { Model = model, ParseSpecialTokens = true }, context.RequestAborted).ConfigureAwait(false)
            : null;
        await JsonResponse.WriteAsync(context, json => Write(json, tokens, pieces)).ConfigureAwait(false);
    }

    public async Task DetokenizeAsync(HttpContext context)
    {
        using RequestBody body = await server.ReadAsync(context).ConfigureAwait(false);
        JsonFields fields = body.Fields;
        string model = await LlamaServerModel.ReadAsync(server, fields, context.RequestAborted).ConfigureAwait(false);
        int[] tokens = [.. fields.Items("tokens").Select(static item => JsonFields.AsInteger(item.Value, item.Path))];
        string text = await Tokenizer.DetokenizeAsync(tokens, new TokenizeOptions { Model = model, ParseSpecialTokens = true }, context.RequestAborted).ConfigureAwait(false);
        await JsonResponse.WriteAsync(context, json => WriteText(json, "content", text)).ConfigureAwait(false);
    }

    /// <summary>The prompt of a chat request in OpenAI's form.</summary>
    public async Task ApplyTemplateAsync(HttpContext context)
    {
        using RequestBody body = await server.ReadAsync(context).ConfigureAwait(false);
        GenerationRequest request = await ReadChatAsync(body.Fields, context.RequestAborted).ConfigureAwait(false);
        RenderedPrompt prompt = await Tokenizer.RenderAsync(request, context.RequestAborted).ConfigureAwait(false);
        await JsonResponse.WriteAsync(context, json => WriteText(json, "prompt", prompt.Text)).ConfigureAwait(false);
    }

    /// <summary>The length of that prompt.</summary>
    public async Task CountAsync(HttpContext context)
    {
        using RequestBody body = await server.ReadAsync(context).ConfigureAwait(false);
        GenerationRequest request = await ReadChatAsync(body.Fields, context.RequestAborted).ConfigureAwait(false);
        TokenCount count = await server.Get<ITokenCounter>("counting of tokens").CountTokensAsync(request, context.RequestAborted).ConfigureAwait(false);
        await JsonResponse.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("object", "response.input_tokens");
            json.WriteNumber("input_tokens", count.Tokens);
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private IPromptTokenizer Tokenizer => server.Get<IPromptTokenizer>("tokenization");

    private async Task<GenerationRequest> ReadChatAsync(JsonFields fields, CancellationToken cancellationToken)
    {
        string model = await LlamaServerModel.ReadAsync(server, fields, cancellationToken).ConfigureAwait(false);
        return await ChatCompletionsRoute.ReadAsync(server, fields, new GenerationRequest { Input = new PromptInput { Text = "" }, Model = model }, cancellationToken).ConfigureAwait(false);
    }

    private static void Write(Utf8JsonWriter json, IReadOnlyList<int> tokens, IReadOnlyList<ReadOnlyMemory<byte>>? pieces)
    {
        json.WriteStartObject();
        json.WriteStartArray("tokens");
        for (int i = 0; i < tokens.Count; i++)
        {
            if (pieces is null)
            {
                json.WriteNumberValue(tokens[i]);
                continue;
            }

            json.WriteStartObject();
            json.WriteNumber("id", tokens[i]);
            json.WritePropertyName("piece");
            WritePiece(json, pieces[i].Span);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    // Half of a character has no text; llama-server gives its bytes.
    private static void WritePiece(Utf8JsonWriter json, ReadOnlySpan<byte> piece)
    {
        if (Utf8.IsValid(piece))
        {
            json.WriteStringValue(piece);
            return;
        }

        json.WriteStartArray();
        foreach (byte value in piece)
        {
            json.WriteNumberValue(value);
        }

        json.WriteEndArray();
    }

    private static void WriteText(Utf8JsonWriter json, string field, string text)
    {
        json.WriteStartObject();
        json.WriteString(field, text);
        json.WriteEndObject();
    }
}
