using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Text;
using LocalInference.Text.Parsing;
using Microsoft.Extensions.AI;

namespace LocalInference;

/// <summary>Makes prompts of requests for one model.</summary>
internal sealed class PromptBuilder(LocalModel model, LocalTextGeneratorOptions options, CancellationToken cancellationToken)
{
    /// <summary>The prompt, and how its answer is read and held to its form.</summary>
    /// <param name="request">The request.</param>
    /// <param name="room">Tokens that the prompt may have, for a conversation that may be shortened; <see langword="null"/>: it is not.</param>
    /// <exception cref="GenerationException">It cannot be made.</exception>
    public PreparedPrompt Build(GenerationRequest request, int? room)
    {
        switch (request.Input)
        {
            case ChatInput chat:
                return Build(chat, request.Output, room);
            case TokenInput tokens:
                return Plain(tokens.Tokens.ToArray(), request);
            case PromptInput { Suffix: null } prompt:
                return Plain(model.Tokenizer.Encode(prompt.Text, prompt.AddSpecialTokens, prompt.ParseSpecialTokens), request);
            case PromptInput { Suffix: { } suffix } prompt:
                return Plain(
                    model.Tokenizer.EncodeInfill(prompt.Text, suffix, prompt.AddSpecialTokens)
                        ?? throw ExceptionFactory.Generation("infill_unsupported", "The model has no tokens for filling a middle", "Leave the suffix out, or use a model made for completing code."),
                    request);
            default:
                throw new ArgumentException($"There is no prompt for an input of type {request.Input?.GetType().Name ?? "null"}.", nameof(request));
        }
    }

    private PreparedPrompt Plain(int[] tokens, GenerationRequest request) => new()
    {
        Tokens = PromptTokens.Behind(model.Tokenizer, request.Input.PrecedingTokens.Span, tokens),
        Grammar = request.Output is null ? null : OutputGrammar.Of(request.Output),
    };

    private PreparedPrompt Build(ChatInput chat, OutputFormat? output, int? room)
    {
        ModelTemplate template = model.Chat.Find(chat.Template);
        IReadOnlyList<Text.ChatMessage> messages = ChatMessages.Of(chat.Messages, options.JsonSerializerOptions);
        (ToolChoiceMode choice, string? named) = Choice(chat);
        ChatTool[] tools = choice == ToolChoiceMode.None ? [] : [.. chat.Tools.Select(static tool => new ChatTool(tool.Name, tool.Description, tool.JsonSchema))];
        ChatFormat format = template.Format;
        bool instructs = !(template.Template.Capabilities.Tools && format.HasTools)
            && (tools.Length > 0 || messages.Any(static message => message.ToolCalls.Count > 0 || message.Role == "tool"));
        if (instructs)
        {
            messages = ToolInstructions.Rewrite(messages, tools);
            format = ToolInstructions.Format(format);
        }

        var rendering = new ConversationRenderer(model.Tokenizer, template, Request(chat, messages, instructs ? [] : tools, template.Template.Capabilities), chat.PrecedingTokens, cancellationToken);
        (RenderedConversation conversation, PromptTruncation? truncation) = rendering.Fit(room);
        string begun = conversation.GenerationPrompt + Thoughts(chat.Reasoning, format, conversation.GenerationPrompt);
        int[] tokens = begun.Length == conversation.GenerationPrompt.Length
            ? conversation.Tokens
            : [.. conversation.Tokens, .. model.Tokenizer.Encode(begun[conversation.GenerationPrompt.Length..], addSpecial: false, parseSpecial: true)];
        var calls = new ToolCallGrammarOptions
        {
            Tools = tools,
            ToolChoice = choice,
            ToolName = named,
            ParallelToolCalls = chat.AllowMultipleToolCalls && (instructs || template.Template.Capabilities.ParallelToolCalls || !template.Template.Capabilities.ToolCalls),
            Strict = tools.Length > 0 && chat.Tools.All(IsStrict),
            GenerationPrompt = begun,
        };
        Check(chat, calls);
        return new PreparedPrompt
        {
            Tokens = tokens,
            Format = format,
            Parser = new ChatParserOptions
            {
                Tools = tools,
                ToolChoice = choice,
                Reasoning = chat.Reasoning.Visibility == ReasoningVisibility.InContent ? ReasoningFormat.InContent : ReasoningFormat.Separate,
                GenerationPrompt = begun,
                ContentIsJson = output is JsonOutput or JsonSchemaOutput,
            },
            ContinuesMessage = chat.ContinueFinalMessage,
            Grammar = AnswerGrammar.Create(format, calls, output),
            GrammarBehindThoughts = prompt => AnswerGrammar.Create(format, calls with { GenerationPrompt = prompt }, output),
            Marks = template.Marks,
            Truncation = truncation,
        };
    }

    private static ChatPromptRequest Request(ChatInput chat, IReadOnlyList<Text.ChatMessage> messages, IReadOnlyList<ChatTool> tools, ChatTemplateCapabilities can) => new()
    {
        Messages = messages,
        Tools = tools,
        Documents = [.. chat.Documents.Select(static document => new ChatDocument(document.Title, document.Text))],
        ContinueFinalMessage = chat.ContinueFinalMessage,
        EnableThinking = chat.Reasoning.MaxTokens == 0 ? false : chat.Reasoning.Enabled,
        ReasoningEffort = can.ReasoningEffort ? Effort(chat.Reasoning.Effort) : null,
        Variables = chat.TemplateVariables,
    };

    // Templates know three words; what is beyond them is the nearest.
    private static string? Effort(string? effort) => effort switch
    {
        "xhigh" or "max" => "high",
        "minimal" => "low",
        _ => effort,
    };

    // What is written behind the generation prompt, so that a model without a switch thinks or does not.
    private static string Thoughts(ReasoningSettings reasoning, ChatFormat format, string generationPrompt)
    {
        if (format.Dialect != ChatDialect.Sequence || format.ReasoningEnd.Length == 0)
        {
            return "";
        }

        ThoughtState state = ThoughtRules.StateOf(format, generationPrompt);
        return reasoning switch
        {
            { MaxTokens: 0 } or { Enabled: false } when state == ThoughtState.Open => $"\n{format.ReasoningEnd}\n\n",
            { MaxTokens: > 0 } when state == ThoughtState.NotBegun && format.ReasoningStart.Length > 0 => $"{format.ReasoningStart}\n",
            _ => "",
        };
    }

    private static (ToolChoiceMode Choice, string? Named) Choice(ChatInput chat) => chat.ToolMode switch
    {
        NoneChatToolMode => (ToolChoiceMode.None, null),
        RequiredChatToolMode { RequiredFunctionName: { } name } => (ToolChoiceMode.Named, name),
        RequiredChatToolMode => (ToolChoiceMode.Required, null),
        _ => (ToolChoiceMode.Auto, null),
    };

    private static void Check(ChatInput chat, ToolCallGrammarOptions calls)
    {
        if (calls.ToolChoice == ToolChoiceMode.Required && calls.Tools.Count == 0)
        {
            throw ExceptionFactory.Generation("tool_missing", "The request asks for a call and has no tools", "Give at least one tool, or let the model decide.");
        }

        if (calls.ToolChoice == ToolChoiceMode.Named && !calls.Tools.Any(tool => tool.Name == calls.ToolName))
        {
            throw ExceptionFactory.Generation("tool_unknown", $"The request asks for a call of '{calls.ToolName}', which is none of its tools", "Give that tool too, or name another.");
        }

        if (calls.Tools.Select(static tool => tool.Name).Distinct(StringComparer.Ordinal).Count() < calls.Tools.Count)
        {
            throw ExceptionFactory.Generation("tool_duplicate", "Two tools have the same name", "Give each tool a name of its own.");
        }

        if (calls.ToolChoice != ToolChoiceMode.None && !calls.Strict)
        {
            foreach (AIFunctionDeclaration tool in chat.Tools.Where(IsStrict))
            {
                // What the grammar of all tools together does not promise is at least not promised silently.
                OutputGrammar.Of(new JsonSchemaOutput(tool.JsonSchema) { Strict = true });
            }
        }
    }

    private static bool IsStrict(AIFunctionDeclaration tool) =>
        tool.AdditionalProperties.TryGetValue("strict", out object? strict) && strict is true or JsonElement { ValueKind: JsonValueKind.True };
}
