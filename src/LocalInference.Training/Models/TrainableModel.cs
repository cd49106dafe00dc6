using LocalInference.Abstractions;
using LocalInference.Gguf;
using LocalInference.Native;

namespace LocalInference.Training;

/// <summary>A model file whose function the trainer knows: shape and weights.</summary>
internal sealed class TrainableModel : IDisposable
{
    private readonly WeightFile _weights;

    private TrainableModel(string path, ModelShape shape, WeightFile weights, WeightReader reader)
    {
        _weights = weights;
        Path = path;
        Embedding = reader.Require("token_embd", shape.Width, shape.VocabularySize);
        OutputNorm = reader.Require("output_norm", shape.Width);
        Output = reader.Find("output.weight", shape.Width, shape.VocabularySize) ?? Embedding;
        Weight? factors = reader.Find("rope_freqs.weight", shape.HeadLength / 2);
        Shape = shape with { Rope = shape.Rope with { Factors = factors } };
        Layers = [.. Enumerable.Range(0, shape.Layers).Select(i => Layer(reader, shape, i))];
        reader.RefuseUnused();
    }

    /// <summary>The file; the first of a split model.</summary>
    public string Path { get; }

    public ModelShape Shape { get; }

    /// <summary>A row for each token.</summary>
    public Weight Embedding { get; }

    public Weight OutputNorm { get; }

    /// <summary>A row for each token; the embedding itself where the file has no other.</summary>
    public Weight Output { get; }

    public bool IsTied => ReferenceEquals(Output, Embedding);

    public IReadOnlyList<LayerWeights> Layers { get; }

    /// <summary>Matrices that gradients go back through, without the embedding.</summary>
    public IEnumerable<Weight> Matrices => Layers.SelectMany(static l => l.Linears).Select(static l => l.Matrix).Append(Output);

    /// <summary>All weights.</summary>
    public IEnumerable<Weight> Weights =>
        new[] { Embedding, OutputNorm }
            .Concat(IsTied ? [] : [Output])
            .Concat(Layers.SelectMany(static l => l.Vectors.Concat(l.Linears.Select(static m => m.Matrix))));

    /// <summary>Opens a file.</summary>
    /// <exception cref="ModelNotFoundException">No file is there.</exception>
    /// <exception cref="ModelUnsupportedException">It is none that llama.cpp can run.</exception>
    /// <exception cref="TrainingException">It is none that the trainer knows.</exception>
    /// <exception cref="NativeLibraryException">llama.cpp could not be loaded.</exception>
    public static TrainableModel Open(string path)
    {
        NativeRuntime.Get();
        if (!File.Exists(path))
        {
            throw ExceptionFactory.ModelNotFound(path);
        }

        ModelFileCheck.Check(path);
        GgufFile file = GgufFile.Open(path);
        WeightFile weights = new(file);
        try
        {
            return new TrainableModel(path, ModelShapeReader.Read(file), weights, new WeightReader(file, weights));
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    public void Dispose() => _weights.Dispose();

    private static LayerWeights Layer(WeightReader reader, ModelShape shape, int index)
    {
        string block = $"blk.{index}.";
        int queries = shape.Heads * shape.HeadLength;
        int keys = shape.KeyValueHeads * shape.HeadLength;
        bool headNorms = shape.Architecture == "qwen3";
        return new LayerWeights
        {
            AttentionNorm = reader.Require($"{block}attn_norm", shape.Width),
            Query = reader.Linear($"{block}attn_q", shape.Width, queries),
            Key = reader.Linear($"{block}attn_k", shape.Width, keys),
            Value = reader.Linear($"{block}attn_v", shape.Width, keys),
            Output = reader.Linear($"{block}attn_output", queries, shape.Width),
            QueryNorm = headNorms ? reader.Require($"{block}attn_q_norm", shape.HeadLength) : null,
            KeyNorm = headNorms ? reader.Require($"{block}attn_k_norm", shape.HeadLength) : null,
            FeedForwardNorm = reader.Require($"{block}ffn_norm", shape.Width),
            Gate = reader.Linear($"{block}ffn_gate", shape.Width, shape.FeedForwardWidth),
            Up = reader.Linear($"{block}ffn_up", shape.Width, shape.FeedForwardWidth),
            Down = reader.Linear($"{block}ffn_down", shape.FeedForwardWidth, shape.Width),
        };
    }
}
