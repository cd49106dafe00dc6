using BenchmarkDotNet.Attributes;
using LocalInference.Abstractions;

namespace LocalInference.Benchmarks.Sampling;

/// <summary>Choosing one of 49,152 tokens from a row of logits, as the engine does for each token.</summary>
public class SamplingBenchmarks : IDisposable
{
    private const int ContextLength = 4096;

    // The width of real models' logits: a flat row would make top-p sort half the vocabulary.
    private const float LogitRange = 20;

    private BenchmarkModel? _model;
    private CandidateBuffer? _candidates;
    private TokenSampler? _greedy;
    private TokenSampler? _standard;
    private TokenSampler? _penalized;
    private float[] _logits = [];

    /// <summary>Loads the vocabulary and makes the samplers.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _model = new BenchmarkModel();
        int vocabularySize = new Tokenizer(_model.Handle).VocabularySize;
        _candidates = new CandidateBuffer(vocabularySize);
        _greedy = Create(SamplingOptions.Greedy);
        _standard = Create(SamplingOptions.Default with { Seed = 1 });
        _penalized = Create(SamplingOptions.Default with { Seed = 1, RepeatPenalty = 1.1f, MinP = 0.05f });
        Random random = new(1);
        _logits = new float[vocabularySize];
        foreach (ref float logit in _logits.AsSpan())
        {
            // The cube thins out the top, where a model puts few tokens.
            logit = LogitRange * MathF.Pow(random.NextSingle(), 3);
        }
    }

    /// <summary>Frees them.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        _greedy?.Dispose();
        _standard?.Dispose();
        _penalized?.Dispose();
        _candidates?.Dispose();
        _model?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The largest logit.</summary>
    [Benchmark(Baseline = true)]
    public int Greedy() => _greedy!.Sample(_logits);

    /// <summary>Top-k, top-p and temperature: the defaults.</summary>
    [Benchmark]
    public int Default() => _standard!.Sample(_logits);

    /// <summary>The defaults, a repeat penalty and min-p.</summary>
    [Benchmark]
    public int Penalized() => _penalized!.Sample(_logits);

    private TokenSampler Create(SamplingOptions sampling) =>
        new(new GenerationOptions { Sampling = sampling }, _model!.Handle, ContextLength, _candidates!);
}
