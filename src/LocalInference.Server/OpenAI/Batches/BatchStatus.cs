namespace LocalInference.Server.OpenAI.Batches;

/// <summary>The interface's words for how far a batch is. One that it has for outputs being written is never said: they are written line by line.</summary>
internal static class BatchStatus
{
    public const string Validating = "validating";
    public const string Failed = "failed";
    public const string InProgress = "in_progress";
    public const string Completed = "completed";
    public const string Expired = "expired";
    public const string Cancelling = "cancelling";
    public const string Cancelled = "cancelled";

    public static bool HasEnded(string status) => status is Failed or Completed or Expired or Cancelled;
}
