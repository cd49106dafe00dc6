using LocalInference.Benchmarks.Gguf;
using LocalInference.Benchmarks.Interop;
using LocalInference.Benchmarks.Sampling;
using LocalInference.Benchmarks.Text;

namespace LocalInference.Benchmarks.Allocations;

/// <summary>The operations that the timings are about, ready to run.</summary>
internal sealed class HotOperations : IDisposable
{
    private const int Many = 4096;
    private const int Some = 128;
    private const int Few = 4;

    private readonly NativeCallBenchmarks _native = new();
    private readonly GgufBenchmarks _gguf = new();
    private readonly SamplingBenchmarks _greedy = Sampling("greedy");
    private readonly SamplingBenchmarks _default = Sampling("default");
    private readonly SamplingBenchmarks _penalized = Sampling("penalties");
    private readonly DetokenizeBenchmarks _text = new();

    public HotOperations()
    {
        _native.Setup();
        _gguf.Setup();
        _text.Setup();
        All =
        [
            new("native.max_devices", Many, () => _native.MaxDevices()),
            new("native.is_end_of_generation", Many, () => _native.IsEndOfGeneration()),
            new("gguf.open", Few, () => _gguf.Open()),
            new("gguf.describe", Few, () => _gguf.Describe()),
            new("gguf.map_tensor", Many, () => _gguf.MapTensor()),
            new("sampling.greedy", Some, () => _greedy.Ours()),
            new("sampling.default", Some, () => _default.Ours()),
            new("sampling.penalized", Some, () => _penalized.Ours()),
            new("text.copy_bytes", Many, () => _text.CopyBytes()),
            new("text.stream", Many, () => _text.Stream()),
            new("text.decode_256", Some, () => _text.Decode()),
            new("text.encode_256", Some, () => _text.Encode()),
        ];
    }

    /// <summary>All of them.</summary>
    public IReadOnlyList<HotOperation> All { get; }

    public void Dispose()
    {
        _native.Dispose();
        _gguf.Dispose();
        _greedy.Dispose();
        _default.Dispose();
        _penalized.Dispose();
        _text.Dispose();
    }

    private static SamplingBenchmarks Sampling(string chain)
    {
        var sampling = new SamplingBenchmarks { Vocabulary = 49_152, Chain = chain };
        sampling.Setup();
        return sampling;
    }
}
