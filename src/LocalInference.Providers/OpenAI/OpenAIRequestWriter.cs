using System.Text.Json;
using LocalInference.Abstractions;
using Microsoft.Extensions.AI;

namespace LocalInference.Providers;

/// <summary>Writes requests for text in OpenAI's form. What the dialect lacks has been refused before.</summary>
internal sealed class OpenAIRequestWriter(Utf8JsonWriter json, OpenAIDialect dialect, string provider)
{
    public void Write(GenerationRequest request, string model, bool isStreamed = true)
    {
        json.WriteString("model", model);
        if (isStreamed)
        {
            json.WriteBoolean("stream", true);
            json.WriteStartObject("stream_options");
            json.WriteBoolean("include_usage", true);
            json.WriteEndObject();
        }

        switch (request.Input)
        {
            case ChatInput chat:
                new OpenAIMessageWriter(json, dialect, provider).Write(chat.Messages);
                Tools(chat);
                Thinking(chat);
                Template(chat);
                break;
            case PromptInput prompt:
                json.WriteString("prompt", prompt.Text);
                if (prompt.Suffix is { } suffix)
                {
                    json.WriteString("suffix", suffix);
                }

                break;
            case TokenInput tokens:
                json.WriteStartArray("prompt");
                foreach (int token in tokens.Tokens.Span)
                {
                    json.WriteNumberValue(token);
                }

                json.WriteEndArray();
                break;
        }

        Options(request);
        Output(request.Output);
    }

    private void Options(GenerationRequest request)
    {
        if (request.MaxTokens is { } maxTokens)
        {
            json.WriteNumber(request.Input is ChatInput ? dialect.MaxTokensField : "max_tokens", maxTokens);
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

        dialect.Sampling.Write(json, request.Sampling, provider);
        if (request.LogProbabilities is { } alternatives)
        {
            json.WriteBoolean("logprobs", true);
            json.WriteNumber("top_logprobs", alternatives);
        }

        if (request.IgnoreEndOfGeneration)
        {
            json.WriteBoolean("ignore_eos", true);
        }

        if (request.ContextLength is { } length)
        {
            json.WriteNumber("num_ctx", length);
        }
    }

    private void Tools(ChatInput chat)
    {
        if (chat.Tools.Count == 0)
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
            if (ToolFields.IsStrict(tool))
            {
                json.WriteBoolean("strict", true);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        switch (chat.ToolMode)
        {
            case NoneChatToolMode:
                json.WriteString("tool_choice", "none");
                break;
            case RequiredChatToolMode { RequiredFunctionName: { } name }:
                json.WriteStartObject("tool_choice");
                json.WriteString("type", "function");
                json.WriteStartObject("function");
                json.WriteString("name", name);
                json.WriteEndObject();
                json.WriteEndObject();
                break;
            case RequiredChatToolMode:
                json.WriteString("tool_choice", "required");
                break;
        }

        if (!chat.AllowMultipleToolCalls)
        {
            json.WriteBoolean("parallel_tool_calls", false);
        }
    }

    private void Thinking(ChatInput chat)
    {
        ReasoningSettings reasoning = chat.Reasoning;
        if (reasoning.Enabled == false && !dialect.SwitchesThinkingInTemplate)
        {
            json.WriteString("reasoning_effort", "none");
        }
        else if (reasoning.Effort is { } effort)
        {
            json.WriteString("reasoning_effort", effort);
        }

        bool? enables = dialect.SwitchesThinkingInTemplate ? reasoning.Enabled : null;
        if (enables is null && chat.TemplateVariables.Count == 0)
        {
            return;
        }

        json.WriteStartObject("chat_template_kwargs");
        if (enables is { } thinks && !chat.TemplateVariables.ContainsKey("enable_thinking"))
        {
            json.WriteBoolean("enable_thinking", thinks);
        }

        foreach ((string name, JsonElement value) in chat.TemplateVariables)
        {
            json.WritePropertyName(name);
            value.WriteTo(json);
        }

        json.WriteEndObject();
    }

    private void Template(ChatInput chat)
    {
        if (chat.Template is { } template)
        {
            json.WriteString("chat_template", template.Source);
        }

        if (chat.ContinueFinalMessage && dialect.NamesContinuation)
        {
            json.WriteBoolean("continue_final_message", true);
            json.WriteBoolean("add_generation_prompt", false);
        }

        if (chat.Documents.Count > 0)
        {
            json.WriteStartArray("documents");
            foreach (GroundingDocument document in chat.Documents)
            {
                json.WriteStartObject();
                if (document.Title is { } title)
                {
                    json.WriteString("title", title);
                }

                json.WriteString("text", document.Text);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }
    }

    private void Output(OutputFormat? output)
    {
        switch (output)
        {
            case JsonOutput:
                json.WriteStartObject("response_format");
                json.WriteString("type", "json_object");
                json.WriteEndObject();
                break;
            case JsonSchemaOutput schema:
                Schema(schema);
                break;
            case GrammarOutput grammar when !dialect.UsesStructuredOutputs:
                json.WriteString("grammar", grammar.Grammar);
                break;
            case GrammarOutput or RegexOutput or ChoiceOutput:
                Structure(output);
                break;
        }
    }

    private void Schema(JsonSchemaOutput output)
    {
        json.WriteStartObject("response_format");
        json.WriteString("type", "json_schema");
        json.WriteStartObject("json_schema");

        // OpenAI wants a name; it has no meaning for the answer.
        json.WriteString("name", output.Name ?? "answer");
        if (output.Description is { } description)
        {
            json.WriteString("description", description);
        }

        json.WritePropertyName("schema");
        output.Schema.WriteTo(json);
        if (output.Strict)
        {
            json.WriteBoolean("strict", true);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void Structure(OutputFormat output)
    {
        json.WriteStartObject("structured_outputs");
        switch (output)
        {
            case GrammarOutput grammar:
                json.WriteString("grammar", grammar.Grammar);
                break;
            case RegexOutput regex:
                json.WriteString("regex", regex.Pattern);
                break;
            case ChoiceOutput choices:
                json.WriteStartArray("choice");
                foreach (string choice in choices.Choices)
                {
                    json.WriteStringValue(choice);
                }

                json.WriteEndArray();
                break;
        }

        json.WriteEndObject();
    }
}
