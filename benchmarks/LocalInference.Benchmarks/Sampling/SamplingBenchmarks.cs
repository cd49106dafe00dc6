using BenchmarkDotNet.Attributes;
using LocalInference.Abstractions;

namespace LocalInference.Benchmarks.Sampling;

/// <summary>Choosing a token from a row of logits, as the engine does for each: by our samplers, and by llama.cpp's.</summary>
public class SamplingBenchmarks : IDisposable
{
    private const int ContextLength = 4096;

    private BenchmarkModel? _model;
    private CandidateBuffer? _buffer;
    private TokenSampler? _ours;
    private TokenSampler? _native;
    private float[] _logits = [];

    /// <summary>Tokens in the vocabulary: SmolLM2's and Qwen 2.5's.</summary>
    [Params(49_152, 152_064)]
    public int Vocabulary { get; set; }

    /// <summary>The settings.</summary>
    [Params("greedy", "default", "min-p", "top-p", "penalties")]
    public string Chain { get; set; } = "";

    /// <summary>Loads the vocabulary and makes the samplers.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _model = new BenchmarkModel(Vocabulary);
        Tokenizer tokenizer = new(_model.Handle);
        _buffer = new CandidateBuffer(tokenizer.VocabularySize);
        SamplingOptions off = new() { Seed = 1, TopK = 0, TopP = 1 };
        SamplingOptions options = Chain switch
        {
            "greedy" => SamplingOptions.Greedy,
            "default" => SamplingOptions.Default with { Seed = 1 },
            "min-p" => off with { MinP = 0.05f },
            "top-p" => off with { TopP = 0.9f },
            _ => SamplingOptions.Default with { Seed = 1, RepeatPenalty = 1.1f, MinP = 0.05f },
        };
        _ours = TokenSampler.Create(new() { Sampling = options }, tokenizer, ContextLength, _buffer);
        _native = TokenSampler.Create(new() { Sampling = options with { UseNativeSamplers = true } }, tokenizer, ContextLength, _buffer);
        _logits = Logits(tokenizer.VocabularySize);
    }

    /// <summary>Frees them.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        _ours?.Dispose();
        _native?.Dispose();
        _buffer?.Dispose();
        _model?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>llama.cpp's samplers, with the pass over the row that makes sure of its numbers.</summary>
    [Benchmark(Baseline = true)]
    public int Native() => _native!.Sample(_logits, LogitPeak.Of(_logits));

    /// <summary>Ours, with that pass.</summary>
    [Benchmark]
    public int Ours() => _ours!.Sample(_logits, LogitPeak.Of(_logits));

    // What a model's row looks like: nearly all tokens in a bell, and a tail of candidates that falls off exponentially.
    private static float[] Logits(int count)
    {
        Random random = new(1);
        float[] logits = new float[count];
        foreach (ref float logit in logits.AsSpan())
        {
            logit = 2.5f * MathF.Sqrt(-2 * MathF.Log(1 - random.NextSingle())) * MathF.Cos(2 * MathF.PI * random.NextSingle());
        }

        for (int i = 0; i < 60; i++)
        {
            logits[random.Next(count)] = 18 - (0.15f * i);
        }

        return logits;
    }
}
