using Microsoft.Extensions.AI;

namespace LocalInference.Abstractions;

/// <summary>Makes a <see cref="GenerationRequest"/> of what a chat client is given.</summary>
internal static class ChatRequest
{
    private static readonly GenerationRequest s_empty = new() { Input = new ChatInput { Messages = [] } };

    public static GenerationRequest Of(TextGeneratorChatClient client, IReadOnlyList<ChatMessage> messages, ChatOptions? options)
    {
        GenerationRequest defaults = client.Options.Defaults ?? s_empty;
        GenerationRequest request = options?.RawRepresentationFactory?.Invoke(client) as GenerationRequest ?? defaults;
        GenerationRequest filled = options is null ? request : Fill(request, options);
        return filled with { Model = filled.Model ?? client.Options.Model, Input = Input(request.Input as ChatInput, messages, options) };
    }

    private static ChatInput Input(ChatInput? settings, IReadOnlyList<ChatMessage> messages, ChatOptions? options)
    {
        ChatInput input = (settings ?? (ChatInput)s_empty.Input) with { Messages = messages };
        if (options is null)
        {
            return input;
        }

        if (!string.IsNullOrEmpty(options.Instructions))
        {
            input = input with { Messages = [new ChatMessage(ChatRole.System, options.Instructions), .. messages] };
        }

        return input with
        {
            Tools = input.Tools.Count > 0 ? input.Tools : [.. (options.Tools ?? []).Select(static tool => tool.GetService<AIFunctionDeclaration>()).OfType<AIFunctionDeclaration>()],
            ToolMode = input.ToolMode ?? options.ToolMode,
            AllowMultipleToolCalls = options.AllowMultipleToolCalls ?? input.AllowMultipleToolCalls,
            Reasoning = Reasoning(input.Reasoning, options),
        };
    }

    private static GenerationRequest Fill(GenerationRequest request, ChatOptions options)
    {
        if (options.ConversationId is not null || options.ContinuationToken is not null)
        {
            throw ExceptionFactory.Generation("conversation_unsupported", "This client keeps no conversations", "Send all messages with each request, and no ConversationId or ContinuationToken.");
        }

        var extra = new ChatOptionReader(options.AdditionalProperties);
        return request with
        {
            Model = request.Model ?? options.ModelId,
            MaxTokens = request.MaxTokens ?? options.MaxOutputTokens,
            StopSequences = request.StopSequences.Count > 0 ? request.StopSequences : [.. options.StopSequences ?? []],
            Sampling = Sampling(request.Sampling, options, extra),
            Output = request.Output ?? Output(options, extra),
            LogProbabilities = request.LogProbabilities ?? extra.Integer(ChatOptionNames.TopLogProbabilities),
            ContextLength = request.ContextLength ?? extra.Integer(ChatOptionNames.ContextLength),
            KeepAlive = request.KeepAlive ?? extra.Duration(ChatOptionNames.KeepAlive),
            Caller = request.Caller ?? extra.Text(ChatOptionNames.Caller),
            Priority = extra.Choice<RequestPriority>(ChatOptionNames.Priority) ?? request.Priority,
            Adapters = request.Adapters ?? extra.Adapters(),
            LocalOnly = request.LocalOnly || (extra.Truth(ChatOptionNames.LocalOnly) ?? false),
        };
    }

    private static SamplingOverrides Sampling(SamplingOverrides sampling, ChatOptions options, ChatOptionReader extra) => sampling with
    {
        Temperature = sampling.Temperature ?? options.Temperature,
        TopP = sampling.TopP ?? options.TopP,
        TopK = sampling.TopK ?? options.TopK,
        FrequencyPenalty = sampling.FrequencyPenalty ?? options.FrequencyPenalty,
        PresencePenalty = sampling.PresencePenalty ?? options.PresencePenalty,
        Seed = sampling.Seed ?? Seed(options.Seed),
        MinP = sampling.MinP ?? extra.Number(ChatOptionNames.MinP),
        TypicalP = sampling.TypicalP ?? extra.Number(ChatOptionNames.TypicalP),
        RepeatPenalty = sampling.RepeatPenalty ?? extra.Number(ChatOptionNames.RepeatPenalty),
        PenaltyLastN = sampling.PenaltyLastN ?? extra.Integer(ChatOptionNames.RepeatLastN),
    };

    private static OutputFormat? Output(ChatOptions options, ChatOptionReader extra)
    {
        OutputFormat? format = options.ResponseFormat switch
        {
            ChatResponseFormatJson { Schema: { } schema } json => new JsonSchemaOutput(schema)
            {
                Name = json.SchemaName,
                Description = json.SchemaDescription,
                Strict = extra.Truth(ChatOptionNames.Strict) ?? false,
            },
            ChatResponseFormatJson => new JsonOutput(),
            _ => null,
        };
        string? grammar = extra.Text(ChatOptionNames.Grammar);
        return grammar is null ? format
            : format is null ? new GrammarOutput(grammar)
            : throw ExceptionFactory.Option(ChatOptionNames.Grammar, "cannot be used together with a response format");
    }

    private static ReasoningSettings Reasoning(ReasoningSettings settings, ChatOptions options)
    {
        ReasoningEffort? effort = options.Reasoning?.Effort;
        return settings with
        {
            Enabled = settings.Enabled ?? (effort is null ? null : effort != ReasoningEffort.None),
            Effort = settings.Effort ?? effort switch
            {
                ReasoningEffort.Low => "low",
                ReasoningEffort.Medium => "medium",
                ReasoningEffort.High => "high",
                ReasoningEffort.ExtraHigh => "xhigh",
                _ => null,
            },
            MaxTokens = settings.MaxTokens ?? new ChatOptionReader(options.AdditionalProperties).Integer(ChatOptionNames.ReasoningTokens),
            Visibility = options.Reasoning?.Output == ReasoningOutput.None ? ReasoningVisibility.Hidden : settings.Visibility,
        };
    }

    private static uint? Seed(long? seed) => seed is { } value ? unchecked((uint)(value ^ (value >> 32))) : null;
}
