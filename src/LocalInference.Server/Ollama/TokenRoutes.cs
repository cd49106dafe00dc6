using LocalInference.Abstractions;
using LocalInference.Server.Http;
using Microsoft.AspNetCore.Http;

namespace LocalInference.Server.Ollama;

/// <summary>
/// <c>POST /api/tokenize</c> and <c>POST /api/detokenize</c>, this server's own, with llama-server's fields: <c>{model, content,
/// add_special?, parse_special?}</c> → <c>{tokens}</c> and <c>{model, tokens}</c> → <c>{content}</c>.
/// </summary>
internal sealed class TokenRoutes(ServerContext server)
{
    public async Task TokenizeAsync(HttpContext context)
    {
        using RequestBody body = await server.ReadAsync(context).ConfigureAwait(false);
        JsonFields fields = body.Fields;
        TokenizeOptions options = await OptionsAsync(fields, context.RequestAborted).ConfigureAwait(false);
        IReadOnlyList<int> tokens = await Tokenizer.TokenizeAsync(
            fields.RequiredText("content"),
            options with { AddSpecialTokens = fields.Truth("add_special") ?? true },
            context.RequestAborted).ConfigureAwait(false);
        await JsonResponse.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("tokens");
            foreach (int token in tokens)
            {
                json.WriteNumberValue(token);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }

    public async Task DetokenizeAsync(HttpContext context)
    {
        using RequestBody body = await server.ReadAsync(context).ConfigureAwait(false);
        JsonFields fields = body.Fields;
        TokenizeOptions options = await OptionsAsync(fields, context.RequestAborted).ConfigureAwait(false);
        int[] tokens = [.. fields.Items("tokens").Select(static item => JsonFields.AsInteger(item.Value, item.Path))];
        string text = await Tokenizer.DetokenizeAsync(tokens, options, context.RequestAborted).ConfigureAwait(false);
        await JsonResponse.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("content", text);
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private IPromptTokenizer Tokenizer => server.Get<IPromptTokenizer>("tokenization");

    private async Task<TokenizeOptions> OptionsAsync(JsonFields fields, CancellationToken cancellationToken)
    {
        string model = OllamaModel.Read(fields) ?? throw OllamaModel.Required();
        return new TokenizeOptions
        {
            Model = await server.Models.NameOfAsync(model, cancellationToken).ConfigureAwait(false) ?? throw OllamaModel.NotFound(model),
            ParseSpecialTokens = fields.Truth("parse_special") ?? false,
        };
    }
}
