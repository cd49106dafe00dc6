using System.Globalization;

namespace LocalInference.LoadTest.Storm;

/// <summary>Draws requests of all interfaces: streams and whole answers, short questions about the server, mistakes.</summary>
internal sealed class StormRequests(string model, Random random)
{
    private const int MostTokens = 24;
    private const int MostWords = 60;

    private const string Done = "\"done\":true";
    private const string StreamEnd = "data: [DONE]";
    private const string ResponseEnd = "event: response.completed|event: response.incomplete";
    private const string ResponseStatus = "\"status\":\"completed\"|\"status\":\"incomplete\"";

    public StormRequest Next()
    {
        string stream = random.Next(3) == 0 ? "false" : "true";
        bool isStream = stream == "true";
        string tokens = (1 + random.Next(MostTokens)).ToString(CultureInfo.InvariantCulture);
        string text = Text();
        string messages = $$"""[{"role":"user","content":"{{text}}"}]""";
        string shared = $"\"model\":\"{model}\",\"stream\":{stream}";
        return random.Next(18) switch
        {
            0 or 1 => new("/api/chat", $$"""{{{shared}},"messages":{{messages}},"options":{"num_predict":{{tokens}}} }""", Done),
            2 or 3 => new("/api/generate", $$"""{{{shared}},"prompt":"{{text}}","options":{"num_predict":{{tokens}}} }""", Done),
            4 or 5 => new("/v1/chat/completions", $$"""{{{shared}},"messages":{{messages}},"max_tokens":{{tokens}}}""", isStream ? StreamEnd : "finish_reason"),
            6 => new("/v1/completions", $$"""{{{shared}},"prompt":"{{text}}","max_tokens":{{tokens}},"n":2}""", isStream ? StreamEnd : "finish_reason"),
            7 => new("/v1/messages", $$"""{{{shared}},"messages":{{messages}},"max_tokens":{{tokens}}}""", isStream ? "message_stop" : "stop_reason"),
            8 => new("/v1/responses", $$"""{{{shared}},"input":"{{text}}","max_output_tokens":{{tokens}}}""", isStream ? ResponseEnd : ResponseStatus),
            9 => new("/completion", $$"""{{{shared}},"prompt":"{{text}}","n_predict":{{tokens}}}""", "\"stop\":true"),
            10 => new("/api/tokenize", $$"""{"model":"{{model}}","content":"{{text}}"}""", "\"tokens\""),
            11 => new("/api/embed", $$"""{"model":"{{model}}","input":"{{text}}"}""", "\"prompt_eval_count\""),
            12 => new("/v1/embeddings", $$"""{"model":"{{model}}","input":["{{text}}","{{Text()}}"]}""", "\"usage\""),
            13 => new("/v1/messages/count_tokens", $$"""{"model":"{{model}}","messages":{{messages}}}""", "\"input_tokens\""),
            14 => new("/rerank", $$"""{"model":"{{model}}","query":"{{text}}","documents":["{{Text()}}","{{Text()}}"]}""", "\"results\"", MayLack: true),
            15 => new("/infill", $$"""{{{shared}},"input_prefix":"{{text}}","input_suffix":"{{Text()}}","n_predict":{{tokens}}}""", "\"stop\":true", MayLack: true),
            16 => random.Next(3) switch
            {
                0 => new("/api/tags", Body: null, "\"models\""),
                1 => new("/v1/models", Body: null, "\"data\""),
                _ => new("/api/ps", Body: null, "\"models\""),
            },
            _ => random.Next(3) switch
            {
                0 => new("/api/chat", """{"model":""", Ending: null, IsWrong: true),
                1 => new("/v1/chat/completions", $$"""{{{shared}},"messages":7}""", Ending: null, IsWrong: true),
                _ => new("/v1/messages", """{"model":"no-such-model","max_tokens":1,"messages":[{"role":"user","content":"x"}]}""", Ending: null, IsWrong: true),
            },
        };
    }

    private string Text() => string.Join(' ', Enumerable.Range(0, 1 + random.Next(MostWords)).Select(_ => $"w{random.Next(500)}"));
}
