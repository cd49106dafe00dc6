namespace LocalInference.Server.OpenAI.Batches;

/// <summary>How many requests a batch has, how many are answered, and how many answers are errors.</summary>
internal sealed record BatchCounts(int Total, int Completed, int Failed);
