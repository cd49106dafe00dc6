namespace LocalInference.Providers;

/// <summary>The requests of a batch that one caller makes of one model, while they are submitted, for the meter.</summary>
internal sealed class MeteredBatchShare(UsageMeter meter, string provider, string? caller, string? requested, string model, long promptTokens, long answerTokens, decimal? cost, List<BudgetAccount> accounts)
{
    private readonly long _begun = meter.Time.GetTimestamp();

    /// <summary>Nobody waits for the provider any more: it has the batch or not.</summary>
    public void End(string outcome, bool isSubmitted) => meter.End(accounts, cost ?? 0, requested, new UsageEntry
    {
        Time = meter.Time.GetUtcNow(),
        Caller = caller,
        Requested = requested,
        Model = model,
        Provider = provider,
        Operation = "batch",
        Outcome = outcome,
        PromptTokens = isSubmitted ? Clamp(promptTokens) : 0,
        GeneratedTokens = isSubmitted ? Clamp(answerTokens) : 0,
        IsEstimate = isSubmitted,
        Cost = isSubmitted ? cost : 0,
        Duration = meter.Time.GetElapsedTime(_begun),
    });

    private static int Clamp(long count) => (int)Math.Min(int.MaxValue, count);
}
