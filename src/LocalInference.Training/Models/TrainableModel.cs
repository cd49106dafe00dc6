using LocalInference.Abstractions;
using LocalInference.Gguf;
using LocalInference.Native;

namespace LocalInference.Training;

/// <summary>A model file whose function the trainer knows: shape and weights.</summary>
internal sealed class TrainableModel : IDisposable
{
    // llama_init_from_model rounds contexts up to this.
    private const long ContextBlock = 256;

    private readonly WeightFile _weights;

    private TrainableModel(string path, ModelShape shape, WeightFile weights, WeightReader reader, bool? isLongContext)
    {
        _weights = weights;
        Path = path;
        Embedding = reader.Require("token_embd", shape.Width, shape.VocabularySize);
        OutputNorm = reader.Require("output_norm", shape.Width);
        Output = reader.Find("output.weight", shape.Width, shape.VocabularySize) ?? Embedding;
        IsLongContext = isLongContext ?? false;
        Weight? divisors = Divisors(reader, shape.Rope.Dimensions / 2, isLongContext);
        Shape = shape with { Rope = shape.Rope with { Factors = RopeFactors.Of(divisors, shape.Rope.Factors?.Attention ?? 1) } };
        Layers = [.. Enumerable.Range(0, shape.Layers).Select(i => Layer(reader, Shape, i))];
        reader.RefuseUnused();
    }

    /// <summary>The file; the first of a split model.</summary>
    public string Path { get; }

    public ModelShape Shape { get; }

    /// <summary>Whether frequencies are those of a context that is longer than <see cref="ModelShapeReader.OriginalContextLength"/>.</summary>
    public bool IsLongContext { get; }

    /// <summary>A row for each token.</summary>
    public Weight Embedding { get; }

    public Weight OutputNorm { get; }

    /// <summary>A row for each token; the embedding itself where the file has no other.</summary>
    public Weight Output { get; }

    public bool IsTied => ReferenceEquals(Output, Embedding);

    public IReadOnlyList<LayerWeights> Layers { get; }

    /// <summary>Matrices that gradients go back through, without the embedding. The largest, the output, comes first.</summary>
    public IEnumerable<Weight> Matrices => Layers.SelectMany(static l => l.Linears).Select(static l => l.Matrix).Prepend(Output);

    /// <summary>All weights.</summary>
    public IEnumerable<Weight> Weights =>
        new[] { Embedding, OutputNorm }
            .Concat(IsTied ? [] : [Output])
            .Concat(Layers.SelectMany(static l => l.Vectors.Concat(l.Linears.Select(static m => m.Matrix))));

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file; of a split model, any part.</param>
    /// <param name="contextLength">Tokens of the context that it is trained for, which decides on frequencies where there are two kinds of them.</param>
    /// <exception cref="ModelNotFoundException">No file is there.</exception>
    /// <exception cref="ModelUnsupportedException">It is none that llama.cpp can run.</exception>
    /// <exception cref="TrainingException">It is none that the trainer knows.</exception>
    /// <exception cref="NativeLibraryException">llama.cpp could not be loaded.</exception>
    public static TrainableModel Open(string path, int contextLength = 1)
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
            ModelShape shape = ModelShapeReader.Read(file);
            bool? isLongContext = ModelShapeReader.OriginalContextLength(file, shape) is { } original ? (contextLength + ContextBlock - 1) / ContextBlock * ContextBlock > original : null;
            return new TrainableModel(path, shape, weights, new WeightReader(file, weights), isLongContext);
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    public void Dispose() => _weights.Dispose();

    // What frequencies are divided by, as get_rope_factors of llama-model.cpp chooses.
    private static Weight? Divisors(WeightReader reader, int count, bool? isLongContext)
    {
        if (isLongContext is null)
        {
            return reader.Find("rope_freqs.weight", count);
        }

        if (!reader.Has("rope_factors_long.weight") && !reader.Has("rope_factors_short.weight"))
        {
            return null;
        }

        Weight longer = reader.Require("rope_factors_long", count);
        Weight shorter = reader.Require("rope_factors_short", count);
        return isLongContext.Value ? longer : shorter;
    }

    private static LayerWeights Layer(WeightReader reader, ModelShape shape, int index)
    {
        string block = $"blk.{index}.";
        int queries = shape.Heads * shape.HeadLength;
        int keys = shape.KeyValueHeads * shape.HeadLength;
        return new LayerWeights
        {
            Attention = shape.AttentionOf(index),
            AttentionNorm = reader.Require($"{block}attn_norm", shape.Width),
            QueryKeyValue = reader.Group(
                block,
                "attn_qkv",
                shape.Width,
                ("attn_q", queries, LoraTargets.Query),
                ("attn_k", keys, LoraTargets.Key),
                ("attn_v", keys, LoraTargets.Value)),
            Output = reader.Linear($"{block}attn_output", queries, shape.Width, LoraTargets.Output),
            QueryNorm = shape.HasHeadNorms ? reader.Require($"{block}attn_q_norm", shape.HeadLength) : null,
            KeyNorm = shape.HasHeadNorms ? reader.Require($"{block}attn_k_norm", shape.HeadLength) : null,
            PostAttentionNorm = shape.HasPostNorms ? reader.Require($"{block}post_attention_norm", shape.Width) : null,
            FeedForwardNorm = reader.Require($"{block}ffn_norm", shape.Width),
            GateUp = reader.Group(
                block,
                "ffn_up",
                shape.Width,
                ("ffn_gate", shape.FeedForwardWidth, LoraTargets.Gate),
                ("ffn_up", shape.FeedForwardWidth, LoraTargets.Up)),
            Down = reader.Linear($"{block}ffn_down", shape.FeedForwardWidth, shape.Width, LoraTargets.Down),
            PostFeedForwardNorm = shape.HasPostNorms ? reader.Require($"{block}post_ffw_norm", shape.Width) : null,
        };
    }
}
