using BenchmarkDotNet.Attributes;
using LocalInference.Text;

namespace LocalInference.Benchmarks.Text;

/// <summary>Tokens to text: one at a time as they are generated, and many at once.</summary>
public class DetokenizeBenchmarks : IDisposable
{
    private const int TokenCount = 256;

    // Past the control tokens and the single characters.
    private const int FirstWord = 1000;

    private readonly byte[] _piece = new byte[1024];
    private BenchmarkModel? _model;
    private Tokenizer? _tokenizer;
    private TextAssembler? _assembler;
    private int[] _tokens = [];
    private string _text = "";
    private int _next;

    /// <summary>Loads the vocabulary.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _model = new BenchmarkModel();
        _tokenizer = new Tokenizer(_model.Handle);
        _assembler = new TextAssembler(new StopSequences(["<|im_end|>"]));
        Random random = new(1);
        _tokens = [.. Enumerable.Range(0, TokenCount).Select(_ => random.Next(FirstWord, _tokenizer.VocabularySize))];
        _text = _tokenizer.Decode(_tokens);
    }

    /// <summary>Frees it.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        _model?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The bytes of one token.</summary>
    [Benchmark(Baseline = true)]
    public int CopyBytes() => _tokenizer!.CopyBytes(Next(), _piece);

    /// <summary>One token's bytes to text that can be shown, with a stop sequence watched for.</summary>
    [Benchmark]
    public int Stream()
    {
        // A word is one short string, which the reader of a stream is handed.
        int length = _tokenizer!.CopyBytes(Next(), _piece);
        return _assembler!.Append(_piece.AsSpan(0, length)).Length;
    }

    /// <summary>256 tokens at once.</summary>
    [Benchmark]
    public string Decode() => _tokenizer!.Decode(_tokens);

    /// <summary>The way back: the text of 256 tokens.</summary>
    [Benchmark]
    public int[] Encode() => _tokenizer!.Encode(_text);

    private int Next() => _tokens[_next++ % TokenCount];
}
