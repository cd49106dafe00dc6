namespace LocalInference.Abstractions;

internal static partial class ExceptionFactory
{
    public const string SubmissionUnknownCode = "provider_submission_unknown";

    public static GenerationException Batch(string reason, string nextStep) => Generation("batch_invalid", $"The batch cannot be used: {reason}", nextStep);

    public static ProviderException SubmissionUnknown(string provider, Exception inner) => new(
        new(SubmissionUnknownCode, $"{provider} may have taken the batch, but its answer was lost", "Look at the provider whether it is there before you submit it again: it would be paid twice."),
        inner)
    {
        Kind = ProviderErrorKind.Network,
        Provider = provider,
    };

    public static ProviderException BatchFailed(string provider, string id, IReadOnlyList<string> faults) => new(
        new("batch_failed", $"The provider ran nothing of the batch '{id}'", "Change the requests; ProviderMessage says what the provider wrote.") { Value = id },
        null)
    {
        Kind = ProviderErrorKind.BadRequest,
        Provider = provider,
        ProviderMessage = faults.Count == 0 ? null : string.Join('\n', faults),
    };

    public static GenerationException BatchState(string path, string reason, string nextStep, Exception? inner = null) => new(
        new("batch_state_invalid", $"The batch's file '{path}' {reason}", nextStep) { Value = path },
        inner);

    public static GenerationException BatchStateUnknown(string path) => new(
        new("batch_state_unknown", $"The process that wrote '{path}' ended while it submitted the batch", "Look at the provider whether the batch is there: read its results by its id, or delete the file to submit it again.") { Value = path });
}
