using LocalInference.Parity.Replay;

namespace LocalInference.Parity.Tests.Replay;

/// <summary>A test that compiles a program in C; skipped where that is not possible, unless this is CI.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ReplayFactAttribute : FactAttribute
{
    public ReplayFactAttribute() => Skip = Environment.GetEnvironmentVariable("LOCALINFERENCE_CI") == "1" ? null : ReplayProgram.WhyMissing();
}
