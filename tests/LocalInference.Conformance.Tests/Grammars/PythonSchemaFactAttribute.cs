using LocalInference.Text.Tests.Oracles;

namespace LocalInference.Conformance.Tests.Grammars;

/// <summary>A test against python's jsonschema; skipped where it is missing, unless this is CI.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PythonSchemaFactAttribute : FactAttribute
{
    public PythonSchemaFactAttribute()
    {
        if (Environment.GetEnvironmentVariable("LOCALINFERENCE_CI") != "1")
        {
            Skip = PythonOracle.WhyMissing("jsonschema");
        }
    }
}
