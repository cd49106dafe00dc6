using LocalInference.Abstractions;
using LocalInference.Server.Generation;
using LocalInference.Server.Http;
using Microsoft.AspNetCore.Http;

namespace LocalInference.Server.OpenAI;

/// <summary>
/// <c>POST /v1/completions</c>: texts or tokens, continued without any chat template. Special tokens that a text spells are read as
/// such, since a caller writes its own prompt here.
/// </summary>
internal sealed class CompletionsRoute(ServerContext server)
{
    public async Task HandleAsync(HttpContext context)
    {
        using RequestBody body = await server.ReadAsync(context).ConfigureAwait(false);
        JsonFields fields = body.Fields;
        OpenAIRequest request = await OpenAIRequest.ReadAsync(server, fields, context.RequestAborted).ConfigureAwait(false);
        if (fields.Integer("best_of") is { } best && best > request.Count)
        {
            throw RequestException.Bad("best_of must not be more than n: every answer that is made is sent", "best_of");
        }

        GenerationInput[] prompts = Prompts(fields);
        RunningAnswers.Check(prompts.Length, request.Count);
        GenerationRequest generation = request.Generation with { Output = OutputReader.Read(fields), LogProbabilities = LogProbabilities(fields) };
        bool echoes = fields.Truth("echo") ?? false;
        if (echoes && generation.LogProbabilities is not null)
        {
            throw RequestException.Bad("echo: the probabilities of a prompt's tokens are not offered; leave out echo or logprobs", "echo");
        }

        string[] echoed = echoes ? await EchoesAsync(prompts, generation.Model, context.RequestAborted).ConfigureAwait(false) : [.. prompts.Select(static _ => "")];
        var answer = new CompletionAnswer(request, echoed, server.Time.GetUtcNow());
        RunningAnswers running = await RunningAnswers.BeginAsync(
            prompts.SelectMany(prompt => RunningAnswers.RequestsOf(generation with { Input = prompt }, request.Count)),
            one => server.BeginAsync(context, one)).ConfigureAwait(false);
        await CompletionSender.SendAsync(server, context, running, answer, request.IsStreamed).ConfigureAwait(false);
    }

    // Special tokens by their names, as in a text, where these are read as such.
    private async Task<string[]> EchoesAsync(GenerationInput[] prompts, string? model, CancellationToken cancellationToken)
    {
        var options = new TokenizeOptions { Model = model, ParseSpecialTokens = true };
        string[] echoes = new string[prompts.Length];
        for (int i = 0; i < prompts.Length; i++)
        {
            echoes[i] = prompts[i] switch
            {
                PromptInput text => text.Text,
                TokenInput tokens => await server.Get<IPromptTokenizer>("the texts of tokens").DetokenizeAsync(tokens.Tokens, options, cancellationToken).ConfigureAwait(false),
                _ => "",
            };
        }

        return echoes;
    }

    private static int? LogProbabilities(JsonFields request) => request.Integer("logprobs") switch
    {
        null => null,
        < 0 or > LogProbabilityFields.MostAlternatives => throw JsonFields.Wrong("logprobs", $"a number from 0 to {LogProbabilityFields.MostAlternatives}"),
        var top => top,
    };

    private static GenerationInput[] Prompts(JsonFields request)
    {
        string? suffix = request.Text("suffix") is { Length: > 0 } text ? text : null;
        IReadOnlyList<EmbeddingInput> prompts = TextsOrTokens.Read(request, "prompt");
        return prompts.Count > 0
            ? [.. prompts.Select(prompt => prompt.Text is { } given ? (GenerationInput)new PromptInput { Text = given, Suffix = suffix, ParseSpecialTokens = true } : new TokenInput(prompt.Tokens))]
            : throw JsonFields.Wrong("prompt", "one prompt or several");
    }
}
