using System.Globalization;
using System.Text.Json;
using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>Reads the lines of a streamed answer, of <c>/api/chat</c> and of <c>/api/generate</c>.</summary>
internal sealed class OllamaAnswerParser(OllamaProtocol protocol, GenerationRequest request, string model, TimeProvider time) : AnswerParser(request, model, time)
{
    private readonly string _model = model;
    private int _calls;

    /// <summary>A duration, which is a whole number of nanoseconds.</summary>
    public static TimeSpan Duration(JsonElement line, string name) => TimeSpan.FromTicks((line.Long(name) ?? 0) / TimeSpan.NanosecondsPerTick);

    protected override void Read(JsonElement message)
    {
        if (message.Field("error") is not null)
        {
            throw protocol.ErrorInAnswer(message, _model);
        }

        DateTimeOffset? createdAt = DateTimeOffset.TryParse(message.Text("created_at"), CultureInfo.InvariantCulture, out DateTimeOffset time) ? time : null;
        Start(id: null, message.Text("model"), createdAt);
        foreach (JsonElement token in message.Items("logprobs"))
        {
            Token(TokenLogProbabilities.Read(token));
        }

        JsonElement answer = message.Field("message") ?? message;
        Reasoning(answer.Text("thinking"));
        Text(answer.Text("content") ?? answer.Text("response"));
        foreach (JsonElement call in answer.Items("tool_calls"))
        {
            Call(call);
        }

        if (message.Truth("done") == true)
        {
            End(message);
        }
    }

    // A call comes whole, with its arguments as an object.
    private void Call(JsonElement call)
    {
        JsonElement function = call.Field("function") ?? default;
        int place = _calls++;
        Calls.Begin(place, call.Text("id"), function.Text("name") ?? throw new JsonException("A tool call has no name."));
        Calls.Append(place, function.Field("arguments")?.GetRawText() ?? "");
        Calls.End(place);
    }

    private void End(JsonElement message)
    {
        FinishReason = message.Text("done_reason") == "length" ? Abstractions.FinishReason.MaxTokens : Abstractions.FinishReason.EndOfGeneration;
        IsOver = true;
        Usage = Usage with
        {
            PromptTokens = message.Integer("prompt_eval_count") ?? 0,
            GeneratedTokens = message.Integer("eval_count") ?? 0,
            PromptDuration = Duration(message, "prompt_eval_duration"),
            GenerationDuration = Duration(message, "eval_duration"),
            LoadDuration = Duration(message, "load_duration"),
        };
    }
}
