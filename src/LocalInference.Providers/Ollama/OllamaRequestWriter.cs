using System.Text.Json;
using LocalInference.Abstractions;
using Microsoft.Extensions.AI;

namespace LocalInference.Providers;

/// <summary>Writes requests for text in Ollama's form. What it lacks has been refused before.</summary>
internal sealed class OllamaRequestWriter(Utf8JsonWriter json, string provider)
{
    /// <summary>How long the model stays loaded: seconds, negative for ever.</summary>
    public static void KeepAlive(Utf8JsonWriter json, TimeSpan? time)
    {
        if (time is { } value)
        {
            json.WriteNumber("keep_alive", value == Timeout.InfiniteTimeSpan ? -1 : value.TotalSeconds);
        }
    }

    public void Write(GenerationRequest request, string model)
    {
        json.WriteString("model", model);
        json.WriteBoolean("stream", true);

        // Ollama cuts what is too long unseen unless it is told not to.
        json.WriteBoolean("truncate", request.ContextOverflow != ContextOverflowPolicy.Error);
        json.WriteBoolean("shift", request.ContextOverflow == ContextOverflowPolicy.Shift);
        KeepAlive(json, request.KeepAlive);
        if (request.LogProbabilities is { } alternatives)
        {
            json.WriteBoolean("logprobs", true);
            json.WriteNumber("top_logprobs", alternatives);
        }

        Format(request.Output);
        Options(request);
        if (request.Input is ChatInput chat)
        {
            new OllamaMessageWriter(json, provider).Write(chat.Messages);
            Tools(chat);
            Thinking(chat.Reasoning);
        }
        else
        {
            json.WriteString("prompt", ((PromptInput)request.Input).Text);
            json.WriteBoolean("raw", true);
        }
    }

    private void Format(OutputFormat? output)
    {
        if (output is JsonSchemaOutput schema)
        {
            json.WritePropertyName("format");
            schema.Schema.WriteTo(json);
        }
        else if (output is JsonOutput)
        {
            json.WriteString("format", "json");
        }
    }

    private void Options(GenerationRequest request)
    {
        json.WriteStartObject("options");
        SamplingFields.Ollama.Write(json, request.Sampling, provider);
        if (request.MaxTokens is { } maxTokens)
        {
            json.WriteNumber("num_predict", maxTokens);
        }

        if (request.ContextLength is { } length)
        {
            json.WriteNumber("num_ctx", length);
        }

        if (request.StopSequences.Count > 0)
        {
            json.WriteStartArray("stop");
            foreach (string stop in request.StopSequences)
            {
                json.WriteStringValue(stop);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private void Tools(ChatInput chat)
    {
        if (chat.Tools.Count == 0 || chat.ToolMode is NoneChatToolMode)
        {
            return;
        }

        json.WriteStartArray("tools");
        foreach (AIFunctionDeclaration tool in chat.Tools)
        {
            json.WriteStartObject();
            json.WriteString("type", "function");
            json.WriteStartObject("function");
            json.WriteString("name", tool.Name);
            json.WriteString("description", tool.Description);
            json.WritePropertyName("parameters");
            tool.JsonSchema.WriteTo(json);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void Thinking(ReasoningSettings reasoning)
    {
        if (reasoning.Enabled == false)
        {
            json.WriteBoolean("think", false);
        }
        else if (reasoning.Effort is { } effort)
        {
            json.WriteString("think", effort);
        }
        else if (reasoning.Enabled == true)
        {
            json.WriteBoolean("think", true);
        }
    }
}
