namespace LocalInference.Text.Tests.Oracles;

/// <summary>A test against an oracle; skipped where it is missing, unless this is CI.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class OracleFactAttribute : FactAttribute
{
    public OracleFactAttribute(OracleNeeds needs) => Skip = Oracle.WhySkip(needs);
}
