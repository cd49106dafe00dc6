using LocalInference.Gguf;

namespace LocalInference;

/// <summary>A model and how it is to be loaded: what the planner has to find room for.</summary>
/// <param name="Name">What errors call it.</param>
/// <param name="Model">Its description.</param>
/// <param name="Sizes">Its parts.</param>
/// <param name="MostContext">The longest context that is chosen unasked.</param>
/// <param name="Options">What was asked for.</param>
internal sealed record MemoryDemand(string Name, GgufModelDescription Model, ModelSizes Sizes, int MostContext, LocalModelOptions Options)
{
    // A longer one only takes memory until somebody needs it.
    private const int LongestUnasked = 32_768;

    /// <summary>The model that guesses for it; <see langword="null"/>: none does.</summary>
    public MemoryDemand? Draft { get; init; }

    /// <summary>Bytes of one element of the KV cache, the average of keys and values.</summary>
    public double BytesPerElement => (Options.KeyType.BytesPerElement() + Options.ValueType.BytesPerElement()) / 2;

    public static MemoryDemand Of(string path, GgufMetadata metadata, IReadOnlyList<GgufTensorInfo> tensors, GgufModelDescription model, LocalModelOptions options, int? positionLimit = null)
    {
        long trained = Math.Min(model.ContextLength ?? 0, positionLimit ?? int.MaxValue);
        return new($"'{path}'", model, ModelSizes.Of(metadata, tensors, model), (int)Math.Clamp(trained, 1, LongestUnasked), options);
    }

    public static MemoryDemand Of(string path, CheckedModel file, LocalModelOptions options) =>
        Of(path, file.Metadata, file.Tensors, file.Description, options, file.PositionLimit);
}
