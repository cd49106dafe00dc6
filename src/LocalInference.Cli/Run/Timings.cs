using System.Globalization;
using LocalInference.Abstractions;
using LocalInference.Cli.Terminal;

namespace LocalInference.Cli.Run;

/// <summary>What <c>--verbose</c> prints after an answer, under the names that Ollama gives them.</summary>
internal sealed record Timings(TimeSpan Total, TimeSpan Load, GenerationUsage Usage)
{
    /// <summary>Prompt tokens that were computed: those already in the cache took no time.</summary>
    private int EvaluatedPromptTokens => Usage.PromptTokens - Usage.CachedPromptTokens;

    public void WriteTo(TextWriter writer)
    {
        Line(writer, "total duration", Quantity.Duration(Total));
        Line(writer, "load duration", Quantity.Duration(Load));
        Line(writer, "prompt eval count", $"{Usage.PromptTokens} token(s){(Usage.CachedPromptTokens > 0 ? $", {Usage.CachedPromptTokens} cached" : "")}");
        Line(writer, "prompt eval duration", Quantity.Duration(Usage.PromptDuration));
        Line(writer, "prompt eval rate", Rate(EvaluatedPromptTokens, Usage.PromptDuration));
        Line(writer, "eval count", $"{Usage.GeneratedTokens} token(s)");
        Line(writer, "eval duration", Quantity.Duration(Usage.GenerationDuration));
        Line(writer, "eval rate", Rate(Usage.GeneratedTokens, Usage.GenerationDuration));
        writer.Flush();
    }

    private static void Line(TextWriter writer, string name, string value) => writer.WriteLine($"{name + ":",-22}{value}");

    private static string Rate(int tokens, TimeSpan duration) => duration > TimeSpan.Zero
        ? string.Create(CultureInfo.InvariantCulture, $"{tokens / duration.TotalSeconds:0.00} tokens/s")
        : "-";
}
