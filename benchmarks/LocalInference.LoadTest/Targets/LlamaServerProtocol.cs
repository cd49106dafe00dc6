using System.Text.Json;
using LocalInference.LoadTest.Requests;

namespace LocalInference.LoadTest.Targets;

/// <summary>
/// llama-server's own <c>POST /completion</c> (tools/server/README.md of llama.cpp v0.5.0), which takes and returns token ids and
/// counts the prompt tokens that it computed.
/// </summary>
internal sealed class LlamaServerProtocol : IWireProtocol
{
    public string Name => "llama-server /completion";

    public string Path => "completion";

    public bool TakesTokens => true;

    public void Write(Utf8JsonWriter json, RequestLog request)
    {
        json.WritePrompt(request.Prompt);
        json.WriteNumber("n_predict", request.MaxTokens);
        json.WriteNumber("temperature", 0);
        json.WriteBoolean("ignore_eos", true);
        json.WriteBoolean("cache_prompt", true);
        json.WriteBoolean("stream", true);
    }

    public void Read(JsonElement message, RequestLog log, double now)
    {
        // Every event says how many tokens there are by now. Those that end within a character get no event of their own.
        int before = log.GeneratedTokens;
        int generated = message.Integer("tokens_predicted") ?? before;
        if (generated > before)
        {
            log.AddTokens(now, generated - before);
        }

        if (message.Member("tokens") is { ValueKind: JsonValueKind.Array } tokens)
        {
            foreach (JsonElement token in tokens.EnumerateArray())
            {
                log.AddAnswer(token.GetInt32());
            }
        }

        log.AddAnswer(message.Text("content") ?? "");
        JsonElement timings = message.Member("timings");
        if (timings.Integer("prompt_n") is { } computed)
        {
            log.ComputedPromptTokens = computed;
            log.PromptTokens = computed + (timings.Integer("cache_n") ?? 0);
        }
    }
}
