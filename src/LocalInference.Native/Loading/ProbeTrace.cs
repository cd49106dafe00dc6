namespace LocalInference.Native;

/// <summary>Collects what the loader tried. Used by one thread while loading, read-only afterwards.</summary>
internal sealed class ProbeTrace
{
    private readonly List<ProbeStep> _steps = [];

    public IReadOnlyList<ProbeStep> Steps => _steps;

    public void Ok(string subject, string detail) => _steps.Add(new(subject, ProbeOutcome.Ok, detail));

    public void Skipped(string subject, string detail) => _steps.Add(new(subject, ProbeOutcome.Skipped, detail));

    public void Failed(string subject, string detail) => _steps.Add(new(subject, ProbeOutcome.Failed, detail));
}
