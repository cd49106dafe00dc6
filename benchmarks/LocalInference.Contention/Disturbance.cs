using System.Diagnostics;
using LocalInference.Abstractions;

namespace LocalInference.Contention;

/// <summary>What else may run on a machine. A child process, ended with the measurement.</summary>
internal sealed class Disturbance : IDisposable
{
    // A child outlives a killed parent by no more than this.
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    private Disturbance(params string[] arguments)
    {
        // The arguments of this process lead to this program, whether it runs as an executable or through dotnet.
        string[] self = Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet" ? [Environment.GetCommandLineArgs()[0]] : [];
        _process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [.. self, .. arguments]))!;
    }

    /// <summary>One thread that never waits.</summary>
    public static Disturbance BusyLoop() => new("--spin");

    /// <summary>A llama.cpp program with as many threads as there are cores, which spin at every barrier and never give way.</summary>
    public static Disturbance LlamaProgram(string model) => new("--decode", model);

    public static void Spin()
    {
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < s_longest)
        {
            Thread.SpinWait(1000);
        }
    }

    public static async Task DecodeForEver(string path)
    {
        await using LocalModel model = await LocalModel.LoadAsync(path, new() { ContextLength = 512, AdaptThreads = false });
        var options = new GenerationOptions { MaxTokens = 400, IgnoreEndOfGeneration = true, Sampling = SamplingOptions.Greedy };
        for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < s_longest;)
        {
            await foreach (GenerationUpdate _ in model.GenerateAsync(new[] { 5 }, options))
            {
                if (Stopwatch.GetElapsedTime(start) >= s_longest)
                {
                    return;
                }
            }
        }
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
