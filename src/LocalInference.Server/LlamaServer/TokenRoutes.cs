using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Server.Http;
using LocalInference.Server.OpenAI;
using Microsoft.AspNetCore.Http;

namespace LocalInference.Server.LlamaServer;

/// <summary><c>POST /tokenize</c>, <c>POST /detokenize</c> and <c>POST /apply-template</c>: how a model sees text.</summary>
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
        string[]? pieces = fields.Truth("with_pieces") == true ? await PiecesAsync(tokens, model, context.RequestAborted).ConfigureAwait(false) : null;
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
        string model = await LlamaServerModel.ReadAsync(server, body.Fields, context.RequestAborted).ConfigureAwait(false);
        GenerationRequest request = await ChatCompletionsRoute.ReadAsync(server, body.Fields, new GenerationRequest { Input = new PromptInput { Text = "" }, Model = model }, context.RequestAborted).ConfigureAwait(false);
        RenderedPrompt prompt = await Tokenizer.RenderAsync(request, context.RequestAborted).ConfigureAwait(false);
        await JsonResponse.WriteAsync(context, json => WriteText(json, "prompt", prompt.Text)).ConfigureAwait(false);
    }

    private IPromptTokenizer Tokenizer => server.Get<IPromptTokenizer>("tokenization");

    private async Task<string[]> PiecesAsync(IReadOnlyList<int> tokens, string model, CancellationToken cancellationToken)
    {
        var options = new TokenizeOptions { Model = model, ParseSpecialTokens = true };
        string[] pieces = new string[tokens.Count];
        for (int i = 0; i < pieces.Length; i++)
        {
            pieces[i] = await Tokenizer.DetokenizeAsync(new[] { tokens[i] }, options, cancellationToken).ConfigureAwait(false);
        }

        return pieces;
    }

    private static void Write(Utf8JsonWriter json, IReadOnlyList<int> tokens, string[]? pieces)
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
            json.WriteString("piece", pieces[i]);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter json, string field, string text)
    {
        json.WriteStartObject();
        json.WriteString(field, text);
        json.WriteEndObject();
    }
}
