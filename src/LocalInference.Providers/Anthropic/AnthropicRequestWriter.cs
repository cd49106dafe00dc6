using System.Text.Json;
using LocalInference.Abstractions;
using Microsoft.Extensions.AI;

namespace LocalInference.Providers;

/// <summary>Writes requests in Anthropic's form. What it lacks has been refused before.</summary>
internal sealed class AnthropicRequestWriter(Utf8JsonWriter json, ProviderOptions options)
{
    public void Write(GenerationRequest request, ChatInput chat, string model, bool isStreamed = true)
    {
        AnthropicConversation conversation = AnthropicConversation.Of(chat.Messages, options.Name);
        json.WriteString("model", model);
        if (isStreamed)
        {
            json.WriteBoolean("stream", true);
        }

        json.WriteNumber("max_tokens", request.MaxTokens ?? options.DefaultMaxTokens);
        Tools(chat, isCached: conversation.System.Count == 0);
        System(conversation.System);
        Messages(conversation.Turns);
        SamplingFields.Anthropic.Write(json, request.Sampling, options.Name);
        if (request.StopSequences.Count > 0)
        {
            json.WriteStartArray("stop_sequences");
            foreach (string stop in request.StopSequences)
            {
                json.WriteStringValue(stop);
            }

            json.WriteEndArray();
        }

        Thinking(chat.Reasoning);
        Output(request.Output as JsonSchemaOutput, chat.Reasoning.Effort);
    }

    // A prompt is tools, system message, messages, in this order, and a mark keeps all before it. So the last of the system message, or
    // of the tools where there is none, keeps what does not change within an application; see AnthropicConversation for the messages.
    private void Tools(ChatInput chat, bool isCached)
    {
        if (chat.Tools.Count == 0)
        {
            return;
        }

        json.WriteStartArray("tools");
        for (int i = 0; i < chat.Tools.Count; i++)
        {
            AIFunctionDeclaration tool = chat.Tools[i];
            json.WriteStartObject();
            json.WriteString("name", tool.Name);
            if (tool.Description.Length > 0)
            {
                json.WriteString("description", tool.Description);
            }

            json.WritePropertyName("input_schema");
            tool.JsonSchema.WriteTo(json);
            if (ToolFields.IsStrict(tool))
            {
                json.WriteBoolean("strict", true);
            }

            CacheMark(isCached && i == chat.Tools.Count - 1);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("tool_choice");
        json.WriteString("type", chat.ToolMode switch
        {
            NoneChatToolMode => "none",
            RequiredChatToolMode { RequiredFunctionName: not null } => "tool",
            RequiredChatToolMode => "any",
            _ => "auto",
        });
        if (chat.ToolMode is RequiredChatToolMode { RequiredFunctionName: { } name })
        {
            json.WriteString("name", name);
        }

        if (!chat.AllowMultipleToolCalls && chat.ToolMode is not NoneChatToolMode)
        {
            json.WriteBoolean("disable_parallel_tool_use", true);
        }

        json.WriteEndObject();
    }

    private void System(IReadOnlyList<TextContent> texts)
    {
        if (texts.Count == 0)
        {
            return;
        }

        json.WriteStartArray("system");
        for (int i = 0; i < texts.Count; i++)
        {
            json.WriteStartObject();
            json.WriteString("type", "text");
            json.WriteString("text", texts[i].Text);
            CacheMark(i == texts.Count - 1);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void Messages(IReadOnlyList<AnthropicTurn> turns)
    {
        // A conversation that has had an answer will have more, each beginning with this one. A single question has paid for nothing.
        bool goesOn = turns.Any(static turn => turn.Role == "assistant");
        var blocks = new AnthropicBlockWriter(json, options.Name);
        json.WriteStartArray("messages");
        for (int i = 0; i < turns.Count; i++)
        {
            AnthropicTurn turn = turns[i];
            int marked = goesOn && i == turns.Count - 1 ? turn.Contents.FindLastIndex(static content => content is not TextReasoningContent) : -1;
            json.WriteStartObject();
            json.WriteString("role", turn.Role);
            json.WriteStartArray("content");
            for (int j = 0; j < turn.Contents.Count; j++)
            {
                json.WriteStartObject();
                blocks.Write(turn.Contents[j]);
                CacheMark(j == marked);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void Thinking(ReasoningSettings reasoning)
    {
        if (reasoning.Enabled == false)
        {
            json.WriteStartObject("thinking");
            json.WriteString("type", "disabled");
            json.WriteEndObject();
        }
        else if (reasoning.MaxTokens is { } budget)
        {
            json.WriteStartObject("thinking");
            json.WriteString("type", "enabled");
            json.WriteNumber("budget_tokens", budget);
            json.WriteEndObject();
        }
        else if (reasoning.Enabled == true)
        {
            json.WriteStartObject("thinking");
            json.WriteString("type", "adaptive");
            json.WriteEndObject();
        }
    }

    private void Output(JsonSchemaOutput? output, string? effort)
    {
        if (output is null && effort is null)
        {
            return;
        }

        json.WriteStartObject("output_config");
        if (effort is not null)
        {
            json.WriteString("effort", effort);
        }

        if (output is not null)
        {
            json.WriteStartObject("format");
            json.WriteString("type", "json_schema");
            json.WritePropertyName("schema");
            output.Schema.WriteTo(json);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private void CacheMark(bool isSet)
    {
        if (isSet && options.UsesPromptCaching)
        {
            json.WriteStartObject("cache_control");
            json.WriteString("type", "ephemeral");
            json.WriteEndObject();
        }
    }
}
