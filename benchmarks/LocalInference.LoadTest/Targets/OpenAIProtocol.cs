using System.Text.Json;
using LocalInference.LoadTest.Requests;

namespace LocalInference.LoadTest.Targets;

/// <summary>
/// OpenAI's <c>POST /v1/completions</c>, whose prompt may be an array of token ids, or <c>/v1/chat/completions</c>, as server-sent events.
/// </summary>
/// <param name="model">The model's name.</param>
/// <param name="chat">Whether the prompt is a user's message.</param>
/// <param name="ignoreEnd">
/// Whether to send <c>ignore_eos</c>, which llama-server, vLLM and others read; OpenAI itself refuses what it does not know.
/// </param>
internal sealed class OpenAIProtocol(string model, bool chat, bool ignoreEnd) : IWireProtocol
{
    public string Name => chat ? "OpenAI chat completions" : "OpenAI completions";

    public string Path => chat ? "v1/chat/completions" : "v1/completions";

    public bool TakesTokens => !chat;

    public void Write(Utf8JsonWriter json, RequestLog request)
    {
        json.WriteString("model", model);
        if (chat)
        {
            json.WriteStartArray("messages");
            json.WriteStartObject();
            json.WriteString("role", "user");
            json.WriteString("content", request.Prompt.Text);
            json.WriteEndObject();
            json.WriteEndArray();
        }
        else
        {
            json.WritePrompt(request.Prompt);
        }

        json.WriteNumber("max_tokens", request.MaxTokens);
        json.WriteNumber("temperature", 0);
        json.WriteBoolean("stream", true);
        json.WriteStartObject("stream_options");
        json.WriteBoolean("include_usage", true);
        json.WriteEndObject();
        if (ignoreEnd)
        {
            json.WriteBoolean("ignore_eos", true);
        }
    }

    public void Read(JsonElement message, RequestLog log, double now)
    {
        if (message.Member("choices") is { ValueKind: JsonValueKind.Array } choices && choices.GetArrayLength() > 0)
        {
            JsonElement delta = chat ? choices[0].Member("delta") : choices[0];
            string? text = chat ? delta.Text("content") ?? delta.Text("reasoning_content") : delta.Text("text");

            // The first chunk of a chat has a role and the last one of either a reason; neither has a token.
            if (text is not null && (text.Length > 0 || (!chat && choices[0].Text("finish_reason") is null)))
            {
                log.AddTokens(now);
                log.AddAnswer(text);
            }
        }

        if (message.Member("usage") is { ValueKind: JsonValueKind.Object } usage)
        {
            log.PromptTokens = usage.Integer("prompt_tokens") ?? log.PromptTokens;
            log.GeneratedTokens = usage.Integer("completion_tokens") ?? log.GeneratedTokens;
            log.ComputedPromptTokens = log.PromptTokens - usage.Member("prompt_tokens_details").Integer("cached_tokens");
        }
    }
}
