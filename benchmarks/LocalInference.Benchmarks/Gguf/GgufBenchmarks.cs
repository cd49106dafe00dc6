using BenchmarkDotNet.Attributes;
using LocalInference.Gguf;

namespace LocalInference.Benchmarks.Gguf;

/// <summary>Reading a model file's header, whose bulk is a vocabulary of 49,152 tokens with its merges.</summary>
public class GgufBenchmarks : IDisposable
{
    private BenchmarkModel? _model;
    private GgufFile? _file;

    /// <summary>Writes the file.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _model = new BenchmarkModel();
        _file = GgufFile.Open(_model.Path);
    }

    /// <summary>Deletes it.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        _file?.Dispose();
        _model?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Opens the file, reads and checks all of its header.</summary>
    [Benchmark]
    public int Open()
    {
        using GgufFile file = GgufFile.Open(_model!.Path);
        return file.Tensors.Length;
    }

    /// <summary>Sums the model up, as <c>inspect</c> does.</summary>
    [Benchmark]
    public GgufModelDescription Describe() => _file!.Describe();

    /// <summary>Maps a tensor's bytes.</summary>
    [Benchmark]
    public int MapTensor() => _file!.GetTensorData(_file.Tensors[0]).Length;
}
