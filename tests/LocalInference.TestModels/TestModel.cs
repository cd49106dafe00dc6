using LocalInference.Gguf;

namespace LocalInference.TestModels;

/// <summary>
/// Writes small GGUF models that llama.cpp v0.5.0 loads and runs. Their weights are random, so they say nothing
/// sensible; everything else about them is as in real models. Thread safe.
/// </summary>
public static class TestModel
{
    // A multiple of every element size and of the four values that one random number gives.
    private const int PieceBytes = 1024 * 1024;

    /// <summary>Writes the model that the spec describes, without holding it in memory.</summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <param name="spec">What to write.</param>
    /// <exception cref="ArgumentException">The spec contradicts itself.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, TestModelSpec spec)
    {
        Check(spec);
        IReadOnlyList<Weight> weights = TensorLayout.Of(spec);
        using GgufWriter writer = GgufWriter.Create(path, Metadata(spec), [.. weights.Select(static weight => weight.Definition)]);
        byte[] piece = new byte[PieceBytes];
        foreach (Weight weight in weights)
        {
            RandomWeights values = new(spec.Seed, weight);
            for (long left = weight.Definition.ByteLength; left > 0; left -= PieceBytes)
            {
                Span<byte> bytes = piece.AsSpan(0, (int)Math.Min(left, PieceBytes));
                values.Fill(weight.Definition.Type, bytes);
                writer.Write(bytes);
            }
        }

        writer.Complete();
    }

    /// <summary>Writes the model into a new file in a folder, named for the model, and returns its path.</summary>
    /// <inheritdoc cref="Write"/>
    public static string WriteTo(string folder, TestModelSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        string path = Path.Combine(folder, $"{spec.Name}.gguf");
        Write(path, spec);
        return path;
    }

    /// <summary>The vocabulary that <see cref="Write"/> gives the model.</summary>
    public static TestVocabulary Vocabulary(TestModelSpec spec)
    {
        Check(spec);
        return VocabularyBuilder.Build(spec);
    }

    /// <summary>The metadata that <see cref="Write"/> gives the model: a start for models that differ in a key.</summary>
    public static GgufMetadata Metadata(TestModelSpec spec)
    {
        Check(spec);
        return MetadataLayout.Of(spec, VocabularyBuilder.Build(spec));
    }

    private static void Check(TestModelSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        if (spec.WeightType is not (GgufTensorType.F32 or GgufTensorType.F16))
        {
            throw new ArgumentException($"Weights can be F32 or F16, not {spec.WeightType}.", nameof(spec));
        }

        if (spec.HeadCount % spec.KeyValueHeadCount != 0)
        {
            throw new ArgumentException($"{spec.HeadCount} heads cannot share {spec.KeyValueHeadCount} key-value heads.", nameof(spec));
        }

        bool fixedHeads = spec.Architecture is TestArchitecture.Qwen2 or TestArchitecture.Phi3 or TestArchitecture.Bert;
        if (fixedHeads && spec.HeadCount * spec.EffectiveHeadLength != spec.EmbeddingLength)
        {
            throw new ArgumentException($"The heads of {spec.ArchitectureName} have to make up the hidden width of {spec.EmbeddingLength}.", nameof(spec));
        }

        bool encoder = spec.Architecture == TestArchitecture.Bert;
        if (encoder && (spec.KeyValueHeadCount != spec.HeadCount || spec.Vocabulary != TestVocabularyKind.Wpm))
        {
            throw new ArgumentException("bert has one key-value head per head and a WPM vocabulary.", nameof(spec));
        }
    }
}
