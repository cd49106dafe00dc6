using System.Text;
using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Server.Generation;

namespace LocalInference.Server.OpenAI.Responses;

/// <summary>A part of a response, while it is made and after that.</summary>
/// <param name="kind">What it is.</param>
/// <param name="index">Which part of the response.</param>
internal sealed class OutputItem(OutputItemKind kind, int index)
{
    public OutputItemKind Kind { get; } = kind;

    public int Index { get; } = index;

    public string Id { get; } = $"{kind switch { OutputItemKind.Reasoning => "rs", OutputItemKind.Message => "msg", _ => "fc" }}_{Guid.NewGuid():N}";

    /// <summary>Thoughts, words, or the arguments of a call.</summary>
    public StringBuilder Text { get; } = new();

    public string? CallId { get; init; }

    public string? Name { get; init; }

    /// <summary>Where the function that is called has its name; <see langword="null"/>: in none.</summary>
    public string? Namespace { get; init; }

    public string Status { get; set; } = "in_progress";

    /// <summary>The tokens of a message, if their probabilities are wanted.</summary>
    public List<TokenGenerated> Tokens { get; } = [];

    /// <summary>Writes the item as it is now; while it is made, without its contents.</summary>
    public void Write(Utf8JsonWriter json)
    {
        bool isBegun = Status == "in_progress";
        json.WriteStartObject();
        json.WriteString("id", Id);
        switch (Kind)
        {
            case OutputItemKind.Reasoning:
                json.WriteString("type", "reasoning");
                json.WriteStartArray("summary");
                json.WriteEndArray();
                Content(json, isBegun);
                break;
            case OutputItemKind.Message:
                json.WriteString("type", "message");
                json.WriteString("role", "assistant");
                Content(json, isBegun);
                break;
            default:
                json.WriteString("type", "function_call");
                json.WriteString("call_id", CallId);
                json.WriteString("name", Name);
                if (Namespace is not null)
                {
                    json.WriteString("namespace", Namespace);
                }

                json.WriteString("arguments", isBegun ? "" : Text.ToString());
                break;
        }

        json.WriteString("status", Status);
        json.WriteEndObject();
    }

    /// <summary>Writes its only part.</summary>
    /// <param name="json">Where.</param>
    /// <param name="isEmpty">Whether that is only begun.</param>
    public void WritePart(Utf8JsonWriter json, bool isEmpty)
    {
        json.WriteStartObject();
        json.WriteString("type", Kind == OutputItemKind.Reasoning ? "reasoning_text" : "output_text");
        json.WriteString("text", isEmpty ? "" : Text.ToString());
        if (Kind == OutputItemKind.Message)
        {
            json.WriteStartArray("annotations");
            json.WriteEndArray();
            json.WritePropertyName("logprobs");
            LogProbabilityFields.WriteArray(json, isEmpty ? [] : Tokens);
        }

        json.WriteEndObject();
    }

    private void Content(Utf8JsonWriter json, bool isBegun)
    {
        json.WriteStartArray("content");
        if (!isBegun)
        {
            WritePart(json, isEmpty: false);
        }

        json.WriteEndArray();
    }
}
