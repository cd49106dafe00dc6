namespace LocalInference.Parity.Replay;

/// <summary>What a program in C that issued the same calls has computed, beside the engine.</summary>
internal sealed record ReplayReport
{
    /// <summary>Batches.</summary>
    public long Steps { get; init; }

    /// <summary>Rows of the largest batch.</summary>
    public int LargestStep { get; init; }

    /// <summary>Rows of logits that were compared.</summary>
    public long Rows { get; init; }

    /// <summary>States of sequences that were compared.</summary>
    public int States { get; init; }

    /// <summary>States that were written back.</summary>
    public int Restored { get; init; }

    /// <summary>Rows and states with another bit somewhere.</summary>
    public long Differences { get; init; }

    /// <summary>The first of them.</summary>
    public string? First { get; init; }

    /// <summary>The report with one more difference.</summary>
    public ReplayReport Differing(string what) => this with { Differences = Differences + 1, First = First ?? what };

    public override string ToString() =>
        $"{Steps:N0} steps of up to {LargestStep} rows, {Rows:N0} rows of logits, {States} states saved, {Restored} restored: "
        + (Differences == 0 ? "every bit equal" : $"{Differences:N0} DIFFER, first {First}");
}
