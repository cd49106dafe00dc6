using System.Text.Json;
using LocalInference.Abstractions;
using Microsoft.Extensions.AI;

namespace LocalInference.Providers;

/// <summary>Writes contents of messages as Anthropic's blocks.</summary>
internal sealed class AnthropicBlockWriter(Utf8JsonWriter json, string provider)
{
    /// <summary>Writes the fields of a block.</summary>
    /// <exception cref="GenerationException">There is no block for it (<c>content_unsupported</c>).</exception>
    public void Write(AIContent content)
    {
        switch (content)
        {
            case TextContent text:
                json.WriteString("type", "text");
                json.WriteString("text", text.Text);
                break;
            case TextReasoningContent reasoning:
                Thoughts(reasoning);
                break;
            case FunctionCallContent call:
                json.WriteString("type", "tool_use");
                json.WriteString("id", call.CallId);
                json.WriteString("name", call.Name);
                json.WritePropertyName("input");
                json.WriteRawValue(ToolFields.Arguments(call));
                break;
            case FunctionResultContent result:
                json.WriteString("type", "tool_result");
                json.WriteString("tool_use_id", result.CallId);
                Result(result);
                if (result.Exception is not null)
                {
                    json.WriteBoolean("is_error", true);
                }

                break;
            case DataContent data:
                Source(data.MediaType, data.Base64Data.Span, uri: null, data.Name);
                break;
            case UriContent uri:
                Source(uri.MediaType, [], uri.Uri, name: null);
                break;
            default:
                throw ExceptionFactory.ContentUnsupported(provider, content.GetType().Name);
        }
    }

    // Words are one text, as with other providers; only an array can show something.
    private void Result(FunctionResultContent result)
    {
        List<AIContent> parts = result.Result switch
        {
            IEnumerable<AIContent> several => [.. several],
            AIContent one => [one],
            _ => [],
        };
        if (parts.TrueForAll(static part => part is TextContent))
        {
            json.WriteString("content", ToolFields.Result(result, provider));
            return;
        }

        json.WriteStartArray("content");
        foreach (AIContent part in parts.Where(static part => part is not TextContent { Text.Length: 0 }))
        {
            json.WriteStartObject();
            Write(part is TextContent or DataContent or UriContent ? part : throw ExceptionFactory.ContentUnsupported(provider, $"{part.GetType().Name} in a result"));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    // Only thoughts with their signature are taken back. Those of models that sign none are told as what they are: text.
    private void Thoughts(TextReasoningContent reasoning)
    {
        if (ThoughtSignature.For(reasoning.ProtectedData, provider) is not { } signature)
        {
            json.WriteString("type", "text");
            json.WriteString("text", $"<thinking>{reasoning.Text}</thinking>");
        }
        else if (reasoning.AdditionalProperties?.TryGetValue("redacted", out object? redacted) == true && redacted is true or JsonElement { ValueKind: JsonValueKind.True })
        {
            json.WriteString("type", "redacted_thinking");
            json.WriteString("data", signature);
        }
        else
        {
            json.WriteString("type", "thinking");
            json.WriteString("thinking", reasoning.Text);
            json.WriteString("signature", signature);
        }
    }

    private void Source(string mediaType, ReadOnlySpan<char> data, Uri? uri, string? name)
    {
        bool isPicture = mediaType.StartsWith("image/", StringComparison.Ordinal);
        if (!isPicture && mediaType != "application/pdf")
        {
            throw ExceptionFactory.ContentUnsupported(provider, $"content of the type {mediaType}");
        }

        json.WriteString("type", isPicture ? "image" : "document");
        json.WriteStartObject("source");
        if (uri is not null)
        {
            json.WriteString("type", "url");
            json.WriteString("url", uri.AbsoluteUri);
        }
        else
        {
            json.WriteString("type", "base64");
            json.WriteString("media_type", mediaType);
            json.WriteString("data", data);
        }

        json.WriteEndObject();
        if (!isPicture && name is not null)
        {
            json.WriteString("title", name);
        }
    }
}
