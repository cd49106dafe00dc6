using System.Runtime.InteropServices;
using LocalInference.Abstractions;
using Microsoft.Extensions.AI;

namespace LocalInference.Providers;

/// <summary>
/// The keys of requests: equal where the same answer would do. All that shapes an answer is in them, and the caller unless all callers share;
/// not how urgent it is, how long its model stays, nor whether progress is reported.
/// </summary>
internal static class RequestKey
{
    /// <summary>The key of a request; <see langword="null"/>: something in it cannot be compared.</summary>
    public static AnswerKey? Exact(GenerationRequest request, bool isShared) => Of(request, isShared, question: null);

    /// <summary>The key of all but the last message's text, by which alone similar requests may differ.</summary>
    public static AnswerKey? WithoutQuestion(GenerationRequest request, bool isShared, ChatMessage question) => Of(request, isShared, question);

    private static AnswerKey? Of(GenerationRequest request, bool isShared, ChatMessage? question)
    {
        KeyWriter key = KeyWriter.Rent();
        key.Add(question is not null);
        key.Add(isShared ? null : request.Caller);
        key.Add(request.Model);
        key.Add((long?)request.MaxTokens);
        key.Add(request.StopSequences);
        key.Add((long?)request.LogProbabilities);
        key.Add(request.IgnoreEndOfGeneration);
        key.Add((long?)request.ContextLength);
        key.Add((long)request.ContextOverflow);
        key.Add(request.LocalOnly);
        key.Add(request.ReturnTokens);
        key.Add((long?)request.Adapters?.Count);
        foreach (AdapterSelection adapter in request.Adapters ?? [])
        {
            key.Add(adapter.Name);
            key.Add(adapter.Scale);
        }

        Add(key, request.Sampling);
        Add(key, request.Output);
        Add(key, request.Input, question);
        return key.Return();
    }

    private static void Add(KeyWriter key, SamplingOverrides sampling)
    {
        key.Add(sampling.Temperature);
        key.Add(sampling.DynamicTemperatureRange);
        key.Add(sampling.DynamicTemperatureExponent);
        key.Add((long?)sampling.TopK);
        key.Add(sampling.TopP);
        key.Add(sampling.MinP);
        key.Add(sampling.TypicalP);
        key.Add(sampling.TopNSigma);
        key.Add(sampling.XtcProbability);
        key.Add(sampling.XtcThreshold);
        key.Add((long?)sampling.MinKeep);
        key.Add((long?)sampling.PenaltyLastN);
        key.Add(sampling.RepeatPenalty);
        key.Add(sampling.FrequencyPenalty);
        key.Add(sampling.PresencePenalty);
        key.Add(sampling.DryMultiplier);
        key.Add(sampling.DryBase);
        key.Add((long?)sampling.DryAllowedLength);
        key.Add((long?)sampling.DryPenaltyLastN);
        key.Add(sampling.DrySequenceBreakers);
        key.Add((long?)sampling.Mirostat);
        key.Add(sampling.MirostatTau);
        key.Add(sampling.MirostatEta);
        key.Add((long?)sampling.Seed);
        key.Add(sampling.UseNativeSamplers);
        key.Add((long?)sampling.LogitBias?.Count);
        if (sampling.LogitBias is { Count: > 0 } bias)
        {
            foreach ((int token, float value) in bias.OrderBy(static pair => pair.Key))
            {
                key.Add((long)token);
                key.Add(value);
            }
        }
    }

    private static void Add(KeyWriter key, OutputFormat? output)
    {
        key.Add(output?.GetType().Name);
        switch (output)
        {
            case RegexOutput regex:
                key.Add(regex.Pattern);
                break;
            case GrammarOutput grammar:
                key.Add(grammar.Grammar);
                break;
            case ChoiceOutput choice:
                key.Add(choice.Choices);
                break;
            case JsonSchemaOutput schema:
                key.Add(schema.Schema);
                key.Add(schema.Name);
                key.Add(schema.Description);
                key.Add(schema.Strict);
                break;
        }
    }

    private static void Add(KeyWriter key, GenerationInput input, ChatMessage? question)
    {
        key.Add(input.GetType().Name);
        key.Add(MemoryMarshal.AsBytes(input.PrecedingTokens.Span));
        switch (input)
        {
            case PromptInput prompt:
                key.Add(prompt.Text);
                key.Add(prompt.Suffix);
                key.Add(prompt.AddSpecialTokens);
                key.Add(prompt.ParseSpecialTokens);
                break;
            case TokenInput tokens:
                key.Add(MemoryMarshal.AsBytes(tokens.Tokens.Span));
                break;
            case ChatInput chat:
                ChatKey.Add(key, chat, question);
                break;
        }
    }
}
