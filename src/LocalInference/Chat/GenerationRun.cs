using System.Runtime.CompilerServices;
using LocalInference.Abstractions;
using LocalInference.Text.Parsing;

namespace LocalInference;

/// <summary>
/// One answer of one model. It may take two generations of the engine, of which the second goes on from all tokens so far, which the engine
/// finds in its cache:
/// <code>
/// thoughts with a budget ──closed or used up──▶ the answer
/// </code>
/// </summary>
/// <param name="use">The model.</param>
/// <param name="request">What was asked.</param>
/// <param name="prompt">What the model sees of it.</param>
/// <param name="sampling">How tokens are chosen.</param>
/// <param name="contextLength">Tokens that prompt and answer may have together.</param>
internal sealed class GenerationRun(ModelUse use, GenerationRequest request, PreparedPrompt prompt, SamplingOptions sampling, int contextLength)
{
    // As many of a prompt's first tokens as Ollama keeps where nothing else is asked; llama.cpp needs the very first ones, which
    // attract what attention has no use for (arXiv:2309.17453).
    private const int KeptTokens = 5;

    private readonly LocalModel _model = use.Model;
    private readonly List<int> _tokens = [.. prompt.Tokens];
    private readonly List<int> _generated = [];
    private GenerationUsage? _usage;
    private int _forced;
    private int _processed;

    private ReasoningSettings? Reasoning => (request.Input as ChatInput)?.Reasoning;

    /// <summary>Runs it. <see cref="GenerationStarted"/> comes when the engine has taken the request.</summary>
    public async IAsyncEnumerable<GenerationEvent> RunAsync(GenerationStarted started, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        bool isThinking = HasThoughtBudget;
        string? grammar = isThinking ? null : prompt.Grammar;
        AnswerReader? reader = null;
        GenerationUpdate? end = null;
        while (true)
        {
            // The engine checks what it is given before it takes it, so the reader is made of options that hold.
            var part = new EnginePart(_model, [.. _tokens], Options(isThinking, grammar), continues: reader is not null, cancellationToken);
            await using (part.ConfigureAwait(false))
            {
                bool first = reader is null;
                reader ??= new AnswerReader(_model.Tokenizer, prompt, Reasoning?.Visibility, request.StopSequences);
                await part.SubmitAsync().ConfigureAwait(false);
                if (first)
                {
                    yield return started;
                }

                while (await part.MoveNextAsync().ConfigureAwait(false))
                {
                    foreach (GenerationEvent e in Events(part.Current, reader))
                    {
                        yield return e;
                    }

                    if (part.Current.FinishReason is not null)
                    {
                        end = part.Current;
                    }
                }
            }

            Count(end!.Usage!);
            if (!isThinking || !GoesOnBehindThoughts(end.FinishReason!.Value, reader, out string closing))
            {
                break;
            }

            foreach (GenerationEvent e in reader.EndThoughts(closing))
            {
                yield return e;
            }

            // A grammar may take long to compile.
            await TokenDelivery.LeaveAsync();
            isThinking = false;
            grammar = prompt.GrammarBehindThoughts(prompt.Parser.GenerationPrompt + prompt.Format.ReasoningEnd);
        }

        foreach (GenerationEvent e in reader.Finish())
        {
            yield return e;
        }

        yield return Ended(end.FinishReason!.Value, reader);
    }

    private bool MayShift => request.ContextOverflow == ContextOverflowPolicy.Shift;

    // Of the first part only: the prompt of the second is work for the answer.
    private bool ReportsPrompt => request.ReportPromptProgress && _generated.Count == 0;

    private int Left => (request.MaxTokens ?? int.MaxValue) - _generated.Count;

    private bool HasThoughtBudget => Reasoning is { MaxTokens: > 0 }
        && prompt.Format is { Dialect: ChatDialect.Sequence, HasReasoning: true }
        && ThoughtRules.StateOf(prompt.Format, prompt.Parser.GenerationPrompt) == ThoughtState.Open;

    private GenerationOptions Options(bool isThinking, string? grammar) => new()
    {
        MaxTokens = isThinking ? Math.Min(Left, Reasoning!.MaxTokens!.Value) : Left,
        StopSequences = isThinking ? [.. request.StopSequences, prompt.Format.ReasoningEnd] : request.StopSequences,
        Sampling = sampling,
        Grammar = grammar,
        ReportPromptProgress = ReportsPrompt,
        LogProbabilities = request.LogProbabilities,
        IgnoreEndOfGeneration = request.IgnoreEndOfGeneration,
        ContextLength = contextLength,
        KeepOnOverflow = MayShift ? KeptTokens : null,
        Adapters = request.Adapters,
        Priority = request.Priority,
        Caller = request.Caller,
    };

    private IEnumerable<GenerationEvent> Events(GenerationUpdate update, AnswerReader reader)
    {
        if (ReportsPrompt && (update.ProcessedPromptTokens ?? prompt.Tokens.Length) is var processed && processed > _processed)
        {
            _processed = processed;
            yield return new PromptProgressed(processed, prompt.Tokens.Length);
        }

        if (update.Token is not { } token)
        {
            yield break;
        }

        _tokens.Add(token);
        _generated.Add(token);
        if (update.LogProbability is { } probability)
        {
            yield return new TokenGenerated(Probability(token, probability), [.. update.TopLogProbabilities.Select(top => Probability(top.Token, top.LogProbability))]);
        }

        foreach (GenerationEvent e in reader.Append(token))
        {
            yield return e;
        }
    }

    // Only thoughts are cut: an answer that ended by itself, or by what the caller asked for, has ended.
    private bool GoesOnBehindThoughts(FinishReason reason, AnswerReader reader, out string closing)
    {
        closing = "";
        if (reader.StopSequence is not null || Left <= 0 || reason is not (FinishReason.StopSequence or FinishReason.MaxTokens))
        {
            return false;
        }

        if (reason == FinishReason.MaxTokens)
        {
            closing = $"\n{prompt.Format.ReasoningEnd}\n\n";
            int[] tokens = _model.Tokenizer.Encode(closing, addSpecial: false, parseSpecial: true);
            _forced += tokens.Length;
            _tokens.AddRange(tokens);
        }

        return MayShift || _tokens.Count < contextLength;
    }

    // The first part's prompt is the answer's; that of the second is work for the answer.
    private void Count(GenerationUsage part) => _usage = _usage is { } before
        ? before with
        {
            GenerationDuration = before.GenerationDuration + part.PromptDuration + part.GenerationDuration,
            ShiftedTokens = before.ShiftedTokens + part.DroppedPromptTokens + part.ShiftedTokens,
        }
        : part;

    private PromptTruncation? Truncation(GenerationUsage usage) => usage is { DroppedPromptTokens: 0, ShiftedTokens: 0 }
        ? prompt.Truncation
        : (prompt.Truncation ?? new PromptTruncation()) with
        {
            DroppedTokens = (prompt.Truncation?.DroppedTokens ?? 0) + usage.DroppedPromptTokens,
            ShiftedTokens = usage.ShiftedTokens,
        };

    private GenerationEnded Ended(FinishReason reason, AnswerReader reader)
    {
        bool isFull = reason == FinishReason.MaxTokens && (request.MaxTokens is not { } most || _generated.Count < most);
        FinishReason why = reader.StopSequence is not null ? FinishReason.StopSequence
            : isFull ? FinishReason.ContextFull
            : reader.HasCalls && reason is FinishReason.EndOfGeneration or FinishReason.GrammarComplete ? FinishReason.ToolCalls
            : reason;
        return new GenerationEnded
        {
            FinishReason = why,
            StopSequence = reader.StopSequence,
            Usage = _usage! with
            {
                GeneratedTokens = _generated.Count + _forced,
                ReasoningTokens = reader.ReasoningTokens,
                LoadDuration = use.LoadDuration,
            },
            Truncation = Truncation(_usage),
            Tokens = request.ReturnTokens ? _tokens.ToArray() : ReadOnlyMemory<int>.Empty,
        };
    }

    private TokenProbability Probability(int token, float logProbability)
    {
        byte[] bytes = _model.Tokenizer.GetBytes(token);
        return new TokenProbability
        {
            Id = token,
            Text = bytes.Length > 0 ? System.Text.Encoding.UTF8.GetString(bytes) : _model.Tokenizer.GetName(token),
            Bytes = bytes,
            LogProbability = logProbability,
        };
    }
}
