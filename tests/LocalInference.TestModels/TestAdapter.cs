using System.Runtime.InteropServices;
using LocalInference.Gguf;

namespace LocalInference.TestModels;

/// <summary>
/// Writes LoRA adapters with random weights for the models of <see cref="TestModel"/>, in the form of llama.cpp's
/// convert_lora_to_gguf.py, and models whose weights contain their changes: what an adapter must equal. Thread safe.
/// </summary>
public static class TestAdapter
{
    /// <summary>Writes an adapter that changes every matrix of every layer.</summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <param name="spec">The model; with F32 weights.</param>
    /// <param name="seed">Decides the weights.</param>
    /// <param name="rank">Rank of the changes.</param>
    /// <param name="alpha"><c>adapter.lora.alpha</c>.</param>
    public static void Write(string path, TestModelSpec spec, ulong seed, int rank = 4, float alpha = 8)
    {
        ArgumentNullException.ThrowIfNull(spec);
        List<Weight> weights = [];
        foreach (Weight weight in Targets(spec))
        {
            weights.Add(A(weight, rank));
            weights.Add(B(weight, rank));
        }

        GgufMetadata metadata = new GgufMetadataBuilder()
            .Set("general.type", "adapter")
            .Set("general.architecture", spec.ArchitectureName)
            .Set("adapter.type", "lora")
            .Set("adapter.lora.alpha", alpha)
            .Build();
        using GgufWriter writer = GgufWriter.Create(path, metadata, [.. weights.Select(static w => w.Definition)]);
        foreach (Weight weight in weights)
        {
            writer.Write(MemoryMarshal.AsBytes<float>(Values(seed, weight)));
        }

        writer.Complete();
    }

    /// <summary>Writes the model with the changes of adapters added to its weights.</summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <param name="spec">The model; with F32 weights.</param>
    /// <param name="adapters">Seed and scale of each; rank and alpha as <see cref="Write"/> has them by default.</param>
    public static void WriteMerged(string path, TestModelSpec spec, params (ulong Seed, float Scale)[] adapters)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(adapters);
        const int Rank = 4;
        const float Alpha = 8;
        IReadOnlyList<Weight> weights = TensorLayout.Of(spec);
        HashSet<string> targets = [.. Targets(spec).Select(static w => w.Definition.Name)];
        using GgufWriter writer = GgufWriter.Create(path, TestModel.Metadata(spec), [.. weights.Select(static w => w.Definition)]);
        foreach (Weight weight in weights)
        {
            float[] values = Values(spec.Seed, weight);
            if (targets.Contains(weight.Definition.Name))
            {
                foreach ((ulong seed, float scale) in adapters)
                {
                    Add(values, Values(seed, A(weight, Rank)), Values(seed, B(weight, Rank)), scale * Alpha / Rank, Rank);
                }
            }

            writer.Write(MemoryMarshal.AsBytes<float>(values));
        }

        writer.Complete();
    }

    /// <summary>Writes a control vector with a direction for every layer from the second on.</summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <param name="spec">The model.</param>
    /// <param name="seed">Decides the directions.</param>
    public static void WriteControlVector(string path, TestModelSpec spec, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(spec);
        GgufMetadata metadata = new GgufMetadataBuilder().Set("general.architecture", "controlvector").Build();
        Weight[] directions = [.. Enumerable.Range(1, spec.BlockCount - 1).Select(layer => Direction(spec, layer))];
        using GgufWriter writer = GgufWriter.Create(path, metadata, [.. directions.Select(static w => w.Definition)]);
        foreach (Weight direction in directions)
        {
            writer.Write(MemoryMarshal.AsBytes<float>(Values(seed, direction)));
        }

        writer.Complete();
    }

    /// <summary>Writes a Llama whose layers add what control vectors add: as the biases of their last matrices.</summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <param name="spec">A model of the architecture Llama, with F32 weights.</param>
    /// <param name="vectors">Seed and scale of each.</param>
    public static void WriteSteered(string path, TestModelSpec spec, params (ulong Seed, float Scale)[] vectors)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(vectors);
        IReadOnlyList<Weight> weights = TensorLayout.Of(spec);
        IEnumerable<GgufTensorDefinition> biases = Enumerable.Range(1, spec.BlockCount - 1).Select(layer => new GgufTensorDefinition($"blk.{layer}.ffn_down.bias", GgufTensorType.F32, spec.EmbeddingLength));
        using GgufWriter writer = GgufWriter.Create(path, TestModel.Metadata(spec), [.. weights.Select(static w => w.Definition), .. biases]);
        foreach (Weight weight in weights)
        {
            writer.Write(MemoryMarshal.AsBytes<float>(Values(spec.Seed, weight)));
        }

        for (int layer = 1; layer < spec.BlockCount; layer++)
        {
            float[] sum = new float[spec.EmbeddingLength];
            foreach ((ulong seed, float scale) in vectors)
            {
                float[] values = Values(seed, Direction(spec, layer));
                for (int i = 0; i < sum.Length; i++)
                {
                    sum[i] += scale * values[i];
                }
            }

            writer.Write(MemoryMarshal.AsBytes<float>(sum));
        }

        writer.Complete();
    }

    private static Weight Direction(TestModelSpec spec, int layer) => new(new($"direction.{layer}", GgufTensorType.F32, spec.EmbeddingLength), 0, 0.5f);

    private static IEnumerable<Weight> Targets(TestModelSpec spec) =>
        TensorLayout.Of(spec).Where(static w => w.Definition.Name.StartsWith("blk.", StringComparison.Ordinal) && w.Definition.Dimensions.Length == 2);

    private static Weight A(Weight weight, int rank) =>
        new(new($"{weight.Definition.Name}.lora_a", GgufTensorType.F32, weight.Definition.Dimensions[0], rank), 0, 1 / MathF.Sqrt(weight.Definition.Dimensions[0]));

    private static Weight B(Weight weight, int rank) =>
        new(new($"{weight.Definition.Name}.lora_b", GgufTensorType.F32, rank, weight.Definition.Dimensions[1]), 0, 0.5f);

    private static float[] Values(ulong seed, Weight weight)
    {
        float[] values = new float[weight.Definition.ElementCount];
        new RandomWeights(seed, weight).Fill(values.AsSpan());
        return values;
    }

    // Rows of B are outputs, rows of A are ranks: W[o] += scale × Σ B[o][k] × A[k].
    private static void Add(float[] weights, float[] a, float[] b, float scale, int rank)
    {
        int columns = a.Length / rank;
        for (int row = 0; row < b.Length / rank; row++)
        {
            for (int k = 0; k < rank; k++)
            {
                float factor = scale * b[(row * rank) + k];
                for (int column = 0; column < columns; column++)
                {
                    weights[(row * columns) + column] += factor * a[(k * columns) + column];
                }
            }
        }
    }
}
