using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Server.Http;

namespace LocalInference.Server.LlamaServer;

/// <summary>
/// Reads prompts: a text, tokens, both mixed, <c>{prompt_string}</c>, or an array of these. Special tokens that a text spells are read
/// as such, since a caller writes its own prompt here.
/// </summary>
internal sealed class PromptReader(ServerContext server, string model)
{
    private const int MostPrompts = 1024;
    private const string Field = "prompt";
    private const string Kinds = "a text, tokens, an array of both, {prompt_string}, or an array of these";

    public async Task<IReadOnlyList<CompletionPrompt>> ReadAsync(JsonFields request, CancellationToken cancellationToken)
    {
        JsonElement value = request.Any(Field) ?? throw RequestException.Bad("prompt is required", Field);
        if (value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Any(static item => item.ValueKind == JsonValueKind.Number))
        {
            return [await OneAsync(value, cancellationToken).ConfigureAwait(false)];
        }

        if (value.GetArrayLength() is 0 or > MostPrompts)
        {
            throw JsonFields.Wrong(Field, $"one to {MostPrompts} prompts");
        }

        List<CompletionPrompt> prompts = [];
        foreach (JsonElement item in value.EnumerateArray())
        {
            prompts.Add(await OneAsync(item, cancellationToken).ConfigureAwait(false));
        }

        return prompts;
    }

    /// <summary>The tokens of a text, or of an array of texts and tokens.</summary>
    /// <param name="value">The text or the array.</param>
    /// <param name="path">Where it stands.</param>
    /// <param name="options">How texts are read; only the first gets the tokens that the model puts around texts.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public async ValueTask<IReadOnlyList<int>> TokenizeAsync(JsonElement value, string path, TokenizeOptions options, CancellationToken cancellationToken)
    {
        IPromptTokenizer tokenizer = server.Get<IPromptTokenizer>("tokenization");
        if (value.ValueKind != JsonValueKind.Array)
        {
            return await tokenizer.TokenizeAsync(JsonFields.AsText(value, path), options, cancellationToken).ConfigureAwait(false);
        }

        List<int> tokens = [];
        foreach (JsonElement item in value.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.Number)
            {
                tokens.Add(JsonFields.AsInteger(item, path));
            }
            else
            {
                tokens.AddRange(await tokenizer.TokenizeAsync(JsonFields.AsText(item, path), options, cancellationToken).ConfigureAwait(false));
            }

            options = options with { AddSpecialTokens = false };
        }

        return tokens;
    }

    private async Task<CompletionPrompt> OneAsync(JsonElement value, CancellationToken cancellationToken)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                return OfText(value.GetString()!);
            case JsonValueKind.Object:
                var fields = new JsonFields(value, Field + ".");
                return fields.Any("multimodal_data") is null
                    ? OfText(fields.RequiredText("prompt_string"))
                    : throw RequestException.Bad("prompt.multimodal_data: the models here read text only", "prompt.multimodal_data");
            case JsonValueKind.Array:
                var options = new TokenizeOptions { Model = model, ParseSpecialTokens = true };
                int[] tokens = value.EnumerateArray().All(static item => item.ValueKind == JsonValueKind.Number)
                    ? [.. value.EnumerateArray().Select(static item => JsonFields.AsInteger(item, Field))]
                    : [.. await TokenizeAsync(value, Field, options, cancellationToken).ConfigureAwait(false)];
                string text = server.Find<IPromptTokenizer>() is { } tokenizer ? await tokenizer.DetokenizeAsync(tokens, options, cancellationToken).ConfigureAwait(false) : "";
                return new CompletionPrompt(new TokenInput(tokens), text);
            default:
                throw JsonFields.Wrong(Field, Kinds);
        }
    }

    private static CompletionPrompt OfText(string text) => new(new PromptInput { Text = text, ParseSpecialTokens = true }, text);
}
