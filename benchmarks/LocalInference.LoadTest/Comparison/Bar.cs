namespace LocalInference.LoadTest.Comparison;

/// <summary>What a figure has to reach.</summary>
/// <param name="Name">What is measured.</param>
/// <param name="Measured">The figure; <see langword="null"/>: there is none, which is no bar that is met.</param>
/// <param name="Limit">What it is compared with.</param>
/// <param name="AtLeast">Whether it has to be at least that; otherwise at most.</param>
/// <param name="Target">How our side was reached.</param>
internal sealed record Bar(string Name, double? Measured, double Limit, bool AtLeast, string Target)
{
    public bool Met => AtLeast ? Measured >= Limit : Measured <= Limit;

    public override string ToString() =>
        $"{(Met ? "met   " : Measured is null ? "ABSENT" : "MISSED")}  {Name}: {Measured?.ToString("0.###", provider: null) ?? "no figure"} (bar {(AtLeast ? "≥" : "≤")} {Limit:0.###}; ours {Target})";
}
