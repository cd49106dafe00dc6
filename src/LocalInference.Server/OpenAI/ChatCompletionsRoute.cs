using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Server.Generation;
using LocalInference.Server.Http;
using Microsoft.AspNetCore.Http;

namespace LocalInference.Server.OpenAI;

/// <summary><c>POST /v1/chat/completions</c>.</summary>
internal sealed class ChatCompletionsRoute(ServerContext server)
{
    public async Task HandleAsync(HttpContext context)
    {
        using RequestBody body = await server.ReadAsync(context).ConfigureAwait(false);
        JsonFields fields = body.Fields;
        OpenAIRequest request = await OpenAIRequest.ReadAsync(server, fields, context.RequestAborted).ConfigureAwait(false);
        GenerationRequest generation = await ReadAsync(server, fields, request.Generation, context.RequestAborted).ConfigureAwait(false);
        var answer = new ChatCompletionAnswer(request, server.Time.GetUtcNow());
        RunningAnswers running = await RunningAnswers.BeginAsync(
            RunningAnswers.RequestsOf(generation, request.Count),
            one => server.BeginAsync(context, one)).ConfigureAwait(false);
        await CompletionSender.SendAsync(server, context, running, answer, request.IsStreamed).ConfigureAwait(false);
    }

    /// <summary>A request with the conversation of a body, and what that says of the answer.</summary>
    /// <param name="server">Knows the models.</param>
    /// <param name="fields">The body.</param>
    /// <param name="request">What is read of it already.</param>
    /// <param name="cancellationToken">Stops the search for the model.</param>
    public static ValueTask<GenerationRequest> ReadAsync(ServerContext server, JsonFields fields, GenerationRequest request, CancellationToken cancellationToken)
    {
        ConversationReader conversation = ChatMessageReader.Read(fields);
        GenerationRequest generation = request with
        {
            Input = new ChatInput
            {
                Messages = conversation.Messages,
                Tools = WireTool.Read(fields),
                ToolMode = WireTool.ReadChoice(fields),
                AllowMultipleToolCalls = fields.Truth("parallel_tool_calls") ?? true,
                Reasoning = Reasoning(fields),
                ContinueFinalMessage = conversation.EndsInAnswer,
                TemplateVariables = TemplateVariables(fields),
            },
            Output = OutputReader.Read(fields),
            LogProbabilities = LogProbabilities(fields),
        };
        return ChatMlFallback.ApplyAsync(server, generation, cancellationToken);
    }

    // `reasoning_effort` is chat's, `reasoning: {effort}` that of responses, which clients send here too.
    public static ReasoningSettings Reasoning(JsonFields request) => (request.Text("reasoning_effort") ?? request.Object("reasoning")?.Text("effort")) switch
    {
        null => ReasoningSettings.Default,
        "none" => new ReasoningSettings { Enabled = false },
        var effort and ("minimal" or "low" or "medium" or "high" or "xhigh" or "max" or "ultra") => new ReasoningSettings { Enabled = true, Effort = effort == "ultra" ? "max" : effort },
        _ => throw JsonFields.Wrong("reasoning_effort", "none, minimal, low, medium, high, xhigh or max"),
    };

    private static int? LogProbabilities(JsonFields request)
    {
        int top = request.Integer("top_logprobs") ?? 0;
        return top is < 0 or > LogProbabilityFields.MostAlternatives ? throw JsonFields.Wrong("top_logprobs", $"a number from 0 to {LogProbabilityFields.MostAlternatives}")
            : request.Truth("logprobs") == true ? top
            : null;
    }

    // As in vLLM and llama-server: variables for the template, by name.
    private static Dictionary<string, JsonElement> TemplateVariables(JsonFields request) =>
        request.Object("chat_template_kwargs") is { } variables
            ? variables.Element.EnumerateObject().DistinctBy(static variable => variable.Name, StringComparer.Ordinal).ToDictionary(static variable => variable.Name, static variable => variable.Value.Clone(), StringComparer.Ordinal)
            : [];
}
