using System.Runtime.InteropServices;
using LocalInference.Gguf;

namespace LocalInference.Tests.Embeddings;

/// <summary>Copies a model with some keys changed and some tensors added, as rerankers have them.</summary>
internal static class ModelVariant
{
    /// <param name="source">The model's file.</param>
    /// <param name="target">The file to write.</param>
    /// <param name="change">Changes the metadata.</param>
    /// <param name="added">Tensors of F32, filled with random values.</param>
    public static string Write(string source, string target, Action<GgufMetadataBuilder> change, params (string Name, long[] Dimensions)[] added)
    {
        using GgufFile file = GgufFile.Open(source);
        GgufMetadataBuilder metadata = file.Metadata.ToBuilder();
        change(metadata);
        List<GgufTensorDefinition> tensors = [.. file.Tensors.Select(t => new GgufTensorDefinition(t.Name, t.Type, t.Dimensions.AsSpan()))];
        tensors.AddRange(added.Select(a => new GgufTensorDefinition(a.Name, GgufTensorType.F32, a.Dimensions)));
        using GgufWriter writer = GgufWriter.Create(target, metadata.Build(), tensors);
        foreach (GgufTensorInfo tensor in file.Tensors)
        {
            writer.Write(file.GetTensorData(tensor));
        }

        var random = new Random(7);
        foreach ((_, long[] dimensions) in added)
        {
            // Such that a matrix keeps the size of what it multiplies, and what rounding left in it.
            float amplitude = MathF.Sqrt(3f / dimensions[0]);
            float[] values = [.. Enumerable.Range(0, (int)dimensions.Aggregate(1L, (a, b) => a * b)).Select(_ => amplitude * ((2 * random.NextSingle()) - 1))];
            writer.Write(MemoryMarshal.AsBytes(values.AsSpan()));
        }

        writer.Complete();
        return target;
    }

    /// <summary>A bert with the head of a cross-encoder: a dense layer, tanh, and one output.</summary>
    public static string BertRanker(string bert, string target, long width) => Write(
        bert,
        target,
        metadata => metadata.Set("bert.pooling_type", 4u),
        ("cls.weight", [width, width]),
        ("cls.bias", [width]),
        ("cls.output.weight", [width, 1]),
        ("cls.output.bias", [1]));

    /// <summary>A qwen3 that answers yes or no, and the template that asks it.</summary>
    public static string Qwen3Ranker(string qwen3, string target, long width, string? template) => Write(
        qwen3,
        target,
        metadata =>
        {
            metadata.Set("qwen3.pooling_type", 4u).Set("qwen3.classifier.output_labels", GgufArray.FromStrings(["yes", "no"]));
            if (template is not null)
            {
                metadata.Set("tokenizer.chat_template.rerank", template);
            }
        },
        ("cls.output.weight", [width, 2]));
}
