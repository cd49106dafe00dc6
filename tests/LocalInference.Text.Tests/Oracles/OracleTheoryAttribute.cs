namespace LocalInference.Text.Tests.Oracles;

/// <summary>
/// A theory against an oracle; skipped where it is missing, unless this is CI. Its data may be read from the oracle: for a skipped
/// theory xunit asks for none.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class OracleTheoryAttribute : TheoryAttribute
{
    public OracleTheoryAttribute(OracleNeeds needs) => Skip = Oracle.WhySkip(needs);
}
