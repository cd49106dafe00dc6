using LocalInference.Gguf;
using LocalInference.Native;

namespace LocalInference;

/// <summary>What a model's file says about embedding and ranking texts. Immutable.</summary>
internal sealed record EmbeddingProfile
{
    /// <summary>How it pools, after <c>pooling_type</c>; <see cref="llama_pooling_type.LLAMA_POOLING_TYPE_UNSPECIFIED"/> where the key is missing.</summary>
    public required llama_pooling_type Pooling { get; init; }

    /// <summary>
    /// Outputs of the classification head, for each text; <see langword="null"/> where there is none, or one that leaves vectors of
    /// another length than llama.cpp reads.
    /// </summary>
    public required int? RankingOutputs { get; init; }

    /// <summary>Whether vectors are made of nothing that comes behind the hidden state in the graph.</summary>
    public required bool EndsAtHiddenState { get; init; }

    /// <summary>Sizes, for estimates of memory.</summary>
    public required GgufModelDescription Description { get; init; }

    public static EmbeddingProfile Of(CheckedModel model) => new()
    {
        Pooling = model.Count("pooling_type") is { } kind and <= (uint)llama_pooling_type.LLAMA_POOLING_TYPE_RANK
            ? (llama_pooling_type)kind
            : llama_pooling_type.LLAMA_POOLING_TYPE_UNSPECIFIED,
        RankingOutputs = FindRankingOutputs(model),

        // Dense layers of sentence-transformers come behind the hidden state (llm_graph_context::build_dense_out).
        EndsAtHiddenState = !model.Tensors.Any(static tensor => tensor.Name.StartsWith("dense_", StringComparison.Ordinal)),
        Description = model.Description,
    };

    // cls.output is the last layer of a head, or cls is the only one (llm_graph_context::build_pooling).
    private static int? FindRankingOutputs(CheckedModel model)
    {
        GgufTensorInfo? head = model.Tensors.FirstOrDefault(static tensor => tensor.Name == "cls.output.weight")
            ?? model.Tensors.FirstOrDefault(static tensor => tensor.Name == "cls.weight");
        int rows = head is null ? 0 : head.Dimensions.Length < 2 ? 1 : (int)head.Dimensions[1];

        // llama.cpp copies as many numbers as there are labels, one without labels; of a tensor with fewer it would abort.
        int labels = model.Metadata.TryGetArray(model.Key("classifier.output_labels"), out GgufArray names) ? names.Count : 1;
        return rows > 0 && rows == labels ? rows : null;
    }
}
