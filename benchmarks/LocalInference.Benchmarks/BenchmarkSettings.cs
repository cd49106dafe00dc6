using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;

namespace LocalInference.Benchmarks;

/// <summary>How the timings are taken.</summary>
internal static class BenchmarkSettings
{
    /// <summary>
    /// Put behind the user's arguments, so that jobs chosen there run in this process as well: BenchmarkDotNet 0.14.0 would
    /// generate and build a project for the framework it finds, and knows none after .NET 9.
    /// </summary>
    public const string InProcess = "--inProcess";

    /// <summary>Timings and allocated bytes.</summary>
    public static IConfig Create() => DefaultConfig.Instance.AddDiagnoser(MemoryDiagnoser.Default);
}
