using BenchmarkDotNet.Attributes;
using LocalInference.Native;

namespace LocalInference.Benchmarks.Interop;

/// <summary>What a call into libllama costs: one that returns a constant, and one that looks a token up.</summary>
public class NativeCallBenchmarks : IDisposable
{
    private BenchmarkModel? _model;

    /// <summary>Loads the model.</summary>
    [GlobalSetup]
    public void Setup() => _ = (_model = new BenchmarkModel()).Handle;

    /// <summary>Frees it.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        _model?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The transition alone.</summary>
    [Benchmark(Baseline = true)]
    public ulong MaxDevices() => Llama.llama_max_devices();

    /// <summary>A lookup, as the engine makes it for each token.</summary>
    [Benchmark]
    public unsafe byte IsEndOfGeneration() => Llama.llama_vocab_is_eog(_model!.Handle.Vocabulary, 100);
}
