namespace LocalInference.Native;

/// <summary>Job <c>describe_runtime</c>: loads llama.cpp as any application does. Answers with a <see cref="RuntimeReport"/>, whether it can be used or not.</summary>
internal sealed record DescribeRuntimeJob
{
    public const string Name = "describe_runtime";

    /// <summary>Tells the worker which job the line holds.</summary>
    public string Job { get; } = Name;
}
