using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace LocalInference.Benchmarks;

/// <summary>How the timings are taken.</summary>
internal static class BenchmarkSettings
{
    /// <summary>
    /// In this process: BenchmarkDotNet 0.14.0 would generate and build a project for the framework it finds, and knows none
    /// after .NET 9. The model is loaded once per class either way.
    /// </summary>
    public static IConfig Create() => DefaultConfig.Instance
        .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance))
        .AddDiagnoser(MemoryDiagnoser.Default);
}
