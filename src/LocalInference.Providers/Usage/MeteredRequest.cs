using System.Text;
using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>One request while it runs, for the meter. Used by the reader of its answer.</summary>
internal sealed class MeteredRequest(UsageMeter meter, PricedModels models, GenerationRequest request, string? requested, List<BudgetAccount> accounts, decimal promise, string? budget)
{
    private static readonly GenerationUsage s_nothing = new() { PromptTokens = 0, CachedPromptTokens = 0, GeneratedTokens = 0, PromptDuration = TimeSpan.Zero, GenerationDuration = TimeSpan.Zero };

    private readonly long _begun = meter.Time.GetTimestamp();
    private string _outcome = "abandoned";
    private GenerationStarted? _started;
    private GenerationUsage? _usage;
    private long _answerBytes;
    private bool _isContinued;
    private bool _isEstimate;

    /// <summary>The request as it is sent; a budget may have changed its model.</summary>
    public GenerationRequest Request => request;

    private string Model => _started?.Route?.Model ?? request.Model ?? _started?.Model ?? "";

    /// <summary>Sees an event, and says what is passed on in its place.</summary>
    public GenerationEvent Of(GenerationEvent e, TextGeneratorMetadata generator)
    {
        switch (e)
        {
            case GenerationStarted started:
                return _started = budget is null ? started : Downgraded(started, generator);
            case TextDelta text:
                _answerBytes += Encoding.UTF8.GetByteCount(text.Text);
                return e;
            case ReasoningDelta reasoning:
                _answerBytes += Encoding.UTF8.GetByteCount(reasoning.Text);
                return e;
            case ToolArgumentsDelta arguments:
                _answerBytes += Encoding.UTF8.GetByteCount(arguments.Text);
                return e;
            case AnswerContinued continued:
                meter.End([], 0, request.Model, Entry(generator, Estimate(), "continued", isEstimate: true));
                _started = _started is null ? null : _started with { Route = continued.Route };
                _answerBytes = 0;
                _isContinued = true;
                return e;
            case GenerationEnded ended:
                _outcome = "ok";
                _isEstimate = ended.Usage is { PromptTokens: 0, GeneratedTokens: 0 };
                GenerationUsage usage = _isEstimate ? Estimate() with { PromptDuration = ended.Usage.PromptDuration, GenerationDuration = ended.Usage.GenerationDuration } : ended.Usage;
                _usage = usage with { Cost = Cost(usage) };
                if (!_isContinued && !_isEstimate)
                {
                    meter.Learn(Model, request, ended.Usage.PromptTokens);
                }

                return ended with { Usage = _usage };
            default:
                return e;
        }
    }

    public void Failed(Exception e) => _outcome = e is LocalInferenceException error ? error.Code : e is OperationCanceledException ? "abandoned" : e.GetType().Name;

    /// <summary>Nothing comes any more.</summary>
    public void End(TextGeneratorMetadata generator)
    {
        bool isCutOff = _usage is null && _started is not null;
        meter.End(accounts, promise, request.Model, Entry(generator, _usage ?? (isCutOff ? Estimate() : s_nothing), _outcome, _isEstimate || isCutOff));
    }

    private UsageEntry Entry(TextGeneratorMetadata generator, GenerationUsage usage, string outcome, bool isEstimate) => new()
    {
        Time = meter.Time.GetUtcNow(),
        Caller = request.Caller,
        Requested = requested,
        Model = Model,
        Provider = _started?.Route?.Provider ?? models.Names.Provider(Model, out _)?.Name ?? generator.ProviderName,
        Operation = request.Input is ChatInput ? "chat" : "text_completion",
        Outcome = outcome,
        PromptTokens = usage.PromptTokens,
        CachedPromptTokens = usage.CachedPromptTokens,
        CacheWrittenTokens = usage.CacheWrittenTokens,
        GeneratedTokens = usage.GeneratedTokens,
        ReasoningTokens = usage.ReasoningTokens,
        IsEstimate = isEstimate,
        Cost = _started is null ? 0 : usage.Cost ?? Cost(usage),
        Duration = meter.Time.GetElapsedTime(_begun),
    };

    // Whoever began to answer has read the prompt, and wants to be paid for what it wrote until it broke off or its caller left; or it has
    // ended without saying what it took, as servers do that know nothing of stream_options.
    private GenerationUsage Estimate() => s_nothing with { PromptTokens = meter.EstimatePrompt(Model, request), GeneratedTokens = (int)((_answerBytes + 3) / 4) };

    private decimal? Cost(GenerationUsage usage) => models.PriceOf(Model)?.Of(usage);

    // The model that was asked for counts as one that was tried, so that nobody takes this answer for its own.
    private GenerationStarted Downgraded(GenerationStarted started, TextGeneratorMetadata generator) => started with
    {
        Route = started.Route is { } route
            ? route with { Reason = $"the budget '{budget}' is used up; {route.Reason}", Attempts = route.Attempts + 1 }
            : new GenerationRoute(generator.ProviderName, request.Model!, $"the budget '{budget}' is used up", 2),
    };
}
