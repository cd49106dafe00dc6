using System.Text.Json;
using LocalInference.LoadTest.Requests;

namespace LocalInference.LoadTest.Targets;

/// <summary>
/// Ollama's <c>POST /api/generate</c> with <c>raw</c>, so that no template changes the prompt's length; lines of JSON. It takes no token
/// ids, knows no way to ignore the end token, and does not say what came from its cache.
/// </summary>
/// <param name="model">The model's name.</param>
internal sealed class OllamaProtocol(string model) : IWireProtocol
{
    public string Name => "Ollama generate";

    public string Path => "api/generate";

    public bool TakesTokens => false;

    public void Write(Utf8JsonWriter json, RequestLog request)
    {
        json.WriteString("model", model);
        json.WriteString("prompt", request.Prompt.Text);
        json.WriteBoolean("raw", true);
        json.WriteBoolean("stream", true);
        json.WriteStartObject("options");
        json.WriteNumber("temperature", 0);
        json.WriteNumber("num_predict", request.MaxTokens);
        json.WriteEndObject();
    }

    public void Read(JsonElement message, RequestLog log, double now)
    {
        string text = (message.Text("response") ?? "") + message.Text("thinking");
        bool done = message.Member("done").ValueKind == JsonValueKind.True;
        if (text.Length > 0 || !done)
        {
            log.AddTokens(now);
            log.AddAnswer(text);
        }

        if (done)
        {
            log.PromptTokens = message.Integer("prompt_eval_count");
            log.GeneratedTokens = message.Integer("eval_count") ?? log.GeneratedTokens;
        }
    }
}
