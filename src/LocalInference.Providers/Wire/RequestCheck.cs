using LocalInference.Abstractions;
using Microsoft.Extensions.AI;

namespace LocalInference.Providers;

/// <summary>
/// Refuses, before anything is sent, what a provider has no field for. What only says how a local engine should treat a request
/// (<c>Priority</c>, <c>Caller</c>, <c>KeepAlive</c>) and what may come back empty by contract (<c>ReturnTokens</c>) is passed over.
/// </summary>
internal static class RequestCheck
{
    /// <exception cref="GenerationException">The first option that the provider has nothing for (<c>option_unsupported</c>).</exception>
    public static void Check(GenerationRequest request, WireFeatures features, string provider)
    {
        foreach ((WireFeatures feature, string option) in Needs(request))
        {
            if (!features.HasFlag(feature) || feature == WireFeatures.None)
            {
                throw ExceptionFactory.OptionUnsupported(provider, option);
            }
        }
    }

    // What a request needs that not every provider has. None stands for what no remote provider has.
    private static IEnumerable<(WireFeatures Feature, string Option)> Needs(GenerationRequest request)
    {
        if (request.IgnoreEndOfGeneration)
        {
            yield return (WireFeatures.IgnoreEndOfGeneration, nameof(request.IgnoreEndOfGeneration));
        }

        if (request.ContextLength is not null)
        {
            yield return (WireFeatures.ContextLength, nameof(request.ContextLength));
        }

        // ContextOverflow allows to leave something out. Who never does answers with an error, which takes nothing away from the caller;
        // and Ollama's clients allow it by default.
        if (request.LogProbabilities is not null)
        {
            yield return (WireFeatures.LogProbabilities, nameof(request.LogProbabilities));
        }

        if (request.Adapters is { Count: > 0 })
        {
            yield return (WireFeatures.None, nameof(request.Adapters));
        }

        if (!request.Input.PrecedingTokens.IsEmpty)
        {
            yield return (WireFeatures.None, nameof(request.Input.PrecedingTokens));
        }

        if (request.Sampling.UseNativeSamplers == true)
        {
            yield return (WireFeatures.None, nameof(request.Sampling.UseNativeSamplers));
        }

        if (request.Output is { } output and not JsonSchemaOutput { Strict: false })
        {
            yield return (Of(output), output is JsonSchemaOutput ? nameof(JsonSchemaOutput.Strict) : output.GetType().Name);
        }

        foreach ((WireFeatures, string) need in request.Input switch
        {
            ChatInput chat => Needs(chat),
            PromptInput prompt => Needs(prompt, request),
            _ => [(WireFeatures.TokenInput, nameof(TokenInput)), .. NoLogProbabilities(request)],
        })
        {
            yield return need;
        }
    }

    // Completions of texts and tokens have them in a form of their own, from before there were chats.
    private static (WireFeatures Feature, string Option)[] NoLogProbabilities(GenerationRequest request) =>
        request.LogProbabilities is null ? [] : [(WireFeatures.None, nameof(request.LogProbabilities))];

    private static IEnumerable<(WireFeatures Feature, string Option)> Needs(PromptInput prompt, GenerationRequest request)
    {
        yield return (WireFeatures.PromptInput, nameof(PromptInput));
        if (prompt.Suffix is not null)
        {
            yield return (WireFeatures.Suffix, nameof(prompt.Suffix));
        }

        if (!prompt.AddSpecialTokens)
        {
            yield return (WireFeatures.PromptTokenization, nameof(prompt.AddSpecialTokens));
        }

        if (prompt.ParseSpecialTokens)
        {
            yield return (WireFeatures.PromptTokenization, nameof(prompt.ParseSpecialTokens));
        }

        foreach ((WireFeatures, string) need in NoLogProbabilities(request))
        {
            yield return need;
        }
    }

    private static IEnumerable<(WireFeatures Feature, string Option)> Needs(ChatInput chat)
    {
        if (chat.Tools.Count > 0)
        {
            if (chat.ToolMode is RequiredChatToolMode)
            {
                yield return (WireFeatures.ForcedToolCalls, nameof(chat.ToolMode));
            }

            if (!chat.AllowMultipleToolCalls)
            {
                yield return (WireFeatures.SingleToolCall, nameof(chat.AllowMultipleToolCalls));
            }

            if (chat.Tools.Any(ToolFields.IsStrict))
            {
                yield return (WireFeatures.StrictTools, "strict");
            }
        }

        ReasoningSettings reasoning = chat.Reasoning;
        if (reasoning.Effort is not null)
        {
            yield return (WireFeatures.ReasoningEffort, $"{nameof(chat.Reasoning)}.{nameof(reasoning.Effort)}");
        }

        if (reasoning.MaxTokens is not null)
        {
            yield return (WireFeatures.ReasoningTokens, $"{nameof(chat.Reasoning)}.{nameof(reasoning.MaxTokens)}");
        }

        if (reasoning.Visibility == ReasoningVisibility.InContent)
        {
            yield return (WireFeatures.None, $"{nameof(chat.Reasoning)}.{nameof(reasoning.Visibility)}");
        }

        if (chat.ContinueFinalMessage)
        {
            yield return (WireFeatures.ContinueFinalMessage, nameof(chat.ContinueFinalMessage));
        }

        if (chat.Documents.Count > 0)
        {
            yield return (WireFeatures.Documents, nameof(chat.Documents));
        }

        if (chat.Template is { } template)
        {
            yield return (template.Language == PromptTemplateLanguage.Jinja ? WireFeatures.Template : WireFeatures.None, nameof(chat.Template));
        }

        if (chat.TemplateVariables.Count > 0)
        {
            yield return (WireFeatures.TemplateVariables, nameof(chat.TemplateVariables));
        }
    }

    private static WireFeatures Of(OutputFormat output) => output switch
    {
        JsonOutput => WireFeatures.JsonOutput,
        JsonSchemaOutput => WireFeatures.StrictSchema,
        GrammarOutput => WireFeatures.GrammarOutput,
        RegexOutput => WireFeatures.RegexOutput,
        ChoiceOutput => WireFeatures.ChoiceOutput,
        _ => WireFeatures.None,
    };
}
