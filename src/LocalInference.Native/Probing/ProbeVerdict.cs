namespace LocalInference.Native;

/// <summary>Whether a backend can be trusted.</summary>
/// <param name="Fault">Why it must not be loaded, or <see langword="null"/>.</param>
/// <param name="Note">For the trace: how this is known, or why it is not.</param>
internal sealed record ProbeVerdict(string? Fault, string Note)
{
    public static ProbeVerdict NotProbed(string reason) => new(null, $"not probed: {reason}");
}
