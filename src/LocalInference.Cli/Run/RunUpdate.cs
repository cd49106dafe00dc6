using System.Text.Json.Serialization;

namespace LocalInference.Cli.Run;

/// <summary>
/// A line of <c>run --json</c>. The last one has <see cref="Done"/> and everything behind it; durations are in nanoseconds and
/// named as Ollama names them.
/// </summary>
internal sealed record RunUpdate
{
    public required string Text { get; init; }

    /// <summary>A piece of what the model thinks, in a line without text.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Thinking { get; init; }

    public required bool Done { get; init; }

    /// <summary><c>stop</c>, or <c>length</c> when <c>--max-tokens</c> or the context ended it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? DoneReason { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? TotalDuration { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? LoadDuration { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? PromptEvalCount { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? PromptEvalDuration { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? EvalCount { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? EvalDuration { get; init; }
}
