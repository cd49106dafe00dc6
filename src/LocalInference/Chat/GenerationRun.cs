using System.Runtime.CompilerServices;
using LocalInference.Abstractions;
using LocalInference.Text.Parsing;

namespace LocalInference;

/// <summary>
/// One answer of one model. It may take several generations of the engine, each going on from all tokens so far, which the engine
/// finds in its cache:
/// <code>
/// thoughts with a budget ──closed or used up──▶ the answer ──context full, may shift──▶ the answer over fewer tokens ──▶ …
/// </code>
/// </summary>
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
    private int _shifted;

    private ReasoningSettings? Reasoning => (request.Input as ChatInput)?.Reasoning;

    /// <summary>Runs it. <see cref="GenerationStarted"/> comes when the engine has taken the request.</summary>
    public async IAsyncEnumerable<GenerationEvent> RunAsync(GenerationStarted started, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (prompt.Tokens.Length >= contextLength)
        {
            throw ExceptionFactory.ContextLength(prompt.Tokens.Length, contextLength);
        }

        bool isThinking = HasThoughtBudget;
        string? grammar = isThinking ? null : prompt.Grammar;
        AnswerReader? reader = null;
        GenerationUpdate? end = null;
        while (true)
        {
            // The engine checks what it is given before it takes it, so the reader is made of options that hold.
            var part = new EnginePart(_model, [.. _tokens], Options(isThinking, grammar), cancellationToken);
            await using (part.ConfigureAwait(false))
            {
                bool first = reader is null;
                reader ??= new AnswerReader(_model.Tokenizer, prompt, Reasoning?.Visibility, request.StopSequences);
                await part.SubmitAsync().ConfigureAwait(false);
                if (first)
                {
                    yield return started;
                }

                while (await part.NextAsync().ConfigureAwait(false) is { } update)
                {
                    foreach (GenerationEvent e in Events(update, reader))
                    {
                        yield return e;
                    }

                    if (update.FinishReason is not null)
                    {
                        end = update;
                    }
                }
            }

            Count(end!.Usage!);
            if (isThinking && GoesOnBehindThoughts(end.FinishReason!.Value, reader, out string closing))
            {
                foreach (GenerationEvent e in reader.EndThoughts(closing))
                {
                    yield return e;
                }

                isThinking = false;
                grammar = prompt.GrammarBehindThoughts(prompt.Parser.GenerationPrompt + prompt.Format.ReasoningEnd);
            }
            else if (!MayShift(end.FinishReason!.Value, grammar, reader))
            {
                break;
            }
        }

        foreach (GenerationEvent e in reader.Finish())
        {
            yield return e;
        }

        yield return Ended(end.FinishReason!.Value, reader);
    }

    // Room for the answer, of which some may be taken by what was put behind thoughts.
    private int Left => Math.Min(request.MaxTokens is { } most ? most - _generated.Count : int.MaxValue, contextLength - _tokens.Count);

    private bool HasThoughtBudget => Reasoning is { MaxTokens: > 0 }
        && prompt.Format is { Dialect: ChatDialect.Sequence, HasReasoning: true }
        && ThoughtRules.StateOf(prompt.Format, prompt.Parser.GenerationPrompt) == ThoughtState.Open;

    private GenerationOptions Options(bool isThinking, string? grammar) => new()
    {
        MaxTokens = Math.Max(0, isThinking ? Math.Min(Left, Reasoning!.MaxTokens!.Value) : Left),
        StopSequences = isThinking ? [.. request.StopSequences, prompt.Format.ReasoningEnd] : request.StopSequences,
        Sampling = sampling,
        Grammar = grammar,
        LogProbabilities = request.LogProbabilities,
        IgnoreEndOfGeneration = request.IgnoreEndOfGeneration,
        Priority = request.Priority,
        Caller = request.Caller,
    };

    private IEnumerable<GenerationEvent> Events(GenerationUpdate update, AnswerReader reader)
    {
        if (update.Token is not { } token)
        {
            yield break;
        }

        if (_generated.Count == 0 && request.ReportPromptProgress)
        {
            yield return new PromptProgressed(prompt.Tokens.Length, prompt.Tokens.Length);
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

        return _tokens.Count < contextLength;
    }

    private bool MayShift(FinishReason reason, string? grammar, AnswerReader reader)
    {
        bool isFull = reason == FinishReason.ContextFull || (reason == FinishReason.MaxTokens && _tokens.Count >= contextLength);
        if (!isFull || request.ContextOverflow != ContextOverflowPolicy.Shift || grammar is not null || reader.StopSequence is not null || _generated.Count >= request.MaxTokens)
        {
            return false;
        }

        int kept = Math.Min(KeptTokens, _tokens.Count);
        int forgotten = (_tokens.Count - kept) / 2;
        _tokens.RemoveRange(kept, forgotten);
        _shifted += forgotten;
        return forgotten > 0;
    }

    // The first part's prompt is the answer's; that of a later one is work for the answer.
    private void Count(GenerationUsage part) => _usage = _usage is { } before
        ? before with { GenerationDuration = before.GenerationDuration + part.PromptDuration + part.GenerationDuration }
        : part;

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
            Truncation = _shifted == 0 ? prompt.Truncation : (prompt.Truncation ?? new PromptTruncation()) with { ShiftedTokens = _shifted },
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
