using System.Runtime.InteropServices;
using LocalInference.Abstractions;
using LocalInference.Gguf;

namespace LocalInference.Training;

/// <summary>
/// Writes models that have learned nothing yet, for <see cref="TrainingMode.Full"/>: GGUF files in F32, which llama.cpp runs and
/// <see cref="ModelTrainer"/> opens. Safe on any thread.
/// </summary>
public static class NewModel
{
    // GPT-2's and Llama's; matrices that add to what goes from layer to layer are smaller by the root of how many add, so that the sum
    // does not grow with the layers (Radford et al., 2019, section 2.3).
    private const float Deviation = 0.02f;

    // LLAMA_FTYPE_ALL_F32 of llama.h.
    private const uint AllF32 = 0;

    /// <summary>Writes a model. The same arguments give the same bytes on every machine.</summary>
    /// <param name="path">The file; one that is there is replaced when the new one is whole.</param>
    /// <param name="shape">How large it is.</param>
    /// <param name="vocabulary">Its tokens.</param>
    /// <param name="seed">Decides its weights.</param>
    /// <param name="metadata">More keys of the file, such as <c>general.name</c> and <c>tokenizer.chat_template</c>; <see langword="null"/>: none.</param>
    /// <exception cref="TrainingException">The shape means nothing.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, NewModelShape shape, BytePairVocabulary vocabulary, ulong seed, IReadOnlyDictionary<string, GgufValue>? metadata = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(vocabulary);
        Check(shape);
        NewTensor[] tensors = [.. Tensors(shape, vocabulary.Tokens.Length)];
        using GgufWriter writer = GgufWriter.Create(path, Metadata(shape, vocabulary, metadata), [.. tensors.Select(static tensor => tensor.Definition)]);
        for (int i = 0; i < tensors.Length; i++)
        {
            float[] values = new float[tensors[i].Length];
            if (tensors[i].Deviation is { } deviation)
            {
                NormalNumbers.Fill(values, RandomBits.Key(seed, RandomPurpose.Initial, (ulong)i), deviation);
            }
            else
            {
                Array.Fill(values, 1);
            }

            writer.Write(MemoryMarshal.AsBytes(values));
        }

        writer.Complete();
    }

    private static GgufMetadata Metadata(NewModelShape shape, BytePairVocabulary vocabulary, IReadOnlyDictionary<string, GgufValue>? more)
    {
        GgufMetadataBuilder metadata = new GgufMetadataBuilder()
            .Set("general.architecture", "llama")
            .Set("general.type", "model")
            .Set("general.file_type", AllF32)
            .Set("llama.block_count", (uint)shape.Layers)
            .Set("llama.context_length", (uint)shape.ContextLength)
            .Set("llama.embedding_length", (uint)shape.Width)
            .Set("llama.feed_forward_length", (uint)shape.FeedForwardWidth)
            .Set("llama.attention.head_count", (uint)shape.Heads)
            .Set("llama.attention.head_count_kv", (uint)shape.KeyValueHeads)
            .Set("llama.attention.layer_norm_rms_epsilon", shape.NormEpsilon)
            .Set("llama.rope.dimension_count", (uint)(shape.Width / shape.Heads))
            .Set("llama.rope.freq_base", shape.FrequencyBase)
            .Set("llama.vocab_size", (uint)vocabulary.Tokens.Length);
        vocabulary.WriteTo(metadata);
        foreach ((string key, GgufValue value) in more ?? new Dictionary<string, GgufValue>(StringComparer.Ordinal))
        {
            metadata.Set(key, value);
        }

        return metadata.Build();
    }

    // Names and shapes are those of llama.cpp's architecture llama (llama-arch.cpp, v0.5.0); without output.weight it takes the embeddings.
    private static IEnumerable<NewTensor> Tensors(NewModelShape shape, int vocabularySize)
    {
        int width = shape.Width;
        int inner = shape.FeedForwardWidth;
        int keys = width / shape.Heads * shape.KeyValueHeads;
        float added = Deviation / MathF.Sqrt(2 * shape.Layers);
        yield return NewTensor.Matrix("token_embd", width, vocabularySize, Deviation);
        for (int layer = 0; layer < shape.Layers; layer++)
        {
            string block = $"blk.{layer}.";
            yield return NewTensor.Norm($"{block}attn_norm", width);
            yield return NewTensor.Matrix($"{block}attn_q", width, width, Deviation);
            yield return NewTensor.Matrix($"{block}attn_k", width, keys, Deviation);
            yield return NewTensor.Matrix($"{block}attn_v", width, keys, Deviation);
            yield return NewTensor.Matrix($"{block}attn_output", width, width, added);
            yield return NewTensor.Norm($"{block}ffn_norm", width);
            yield return NewTensor.Matrix($"{block}ffn_gate", width, inner, Deviation);
            yield return NewTensor.Matrix($"{block}ffn_up", width, inner, Deviation);
            yield return NewTensor.Matrix($"{block}ffn_down", inner, width, added);
        }

        yield return NewTensor.Norm("output_norm", width);
    }

    private static void Check(NewModelShape shape)
    {
        Require(shape.Layers > 0, nameof(shape.Layers), "must be above 0", shape.Layers);
        Require(shape.FeedForwardWidth > 0, nameof(shape.FeedForwardWidth), "must be above 0", shape.FeedForwardWidth);
        Require(shape.ContextLength > 0, nameof(shape.ContextLength), "must be above 0", shape.ContextLength);
        Require(shape.Heads > 0, nameof(shape.Heads), "must be above 0", shape.Heads);
        Require(shape.KeyValueHeads > 0 && shape.Heads % shape.KeyValueHeads == 0, nameof(shape.KeyValueHeads), "must divide the number of heads", shape.KeyValueHeads);
        Require(shape.Width > 0 && shape.Width % (2 * shape.Heads) == 0, nameof(shape.Width), "must give each head an even number of elements", shape.Width);
        Require(shape.FrequencyBase > 0 && float.IsFinite(shape.FrequencyBase), nameof(shape.FrequencyBase), "must be a number above 0", shape.FrequencyBase);
        Require(shape.NormEpsilon > 0 && float.IsFinite(shape.NormEpsilon), nameof(shape.NormEpsilon), "must be a number above 0", shape.NormEpsilon);
    }

    private static void Require(bool holds, string name, string reason, double value)
    {
        if (!holds)
        {
            throw ExceptionFactory.TrainingOption(name, reason, $"{value:G9}");
        }
    }
}
