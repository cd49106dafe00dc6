using LocalInference.Abstractions;
using LocalInference.Gguf;

namespace LocalInference;

/// <summary>Makes of a GGUF adapter the two files that PEFT loads.</summary>
internal static class PeftExport
{
    public static void Run(CheckedModel model, LoraFile adapter, string adapterPath, OutputFile weights, OutputFile config, CancellationToken cancellationToken)
    {
        TensorNames names = TensorNames.Of(model.Architecture)
            ?? throw ExceptionFactory.ConversionInput(adapterPath, $"the names of the architecture '{model.Architecture}' in transformers are not known", $"Use an adapter of {string.Join(", ", TensorNames.Architectures)}.", model.Architecture);
        RotaryOrder? order = RotaryOrder.Of(model.Metadata, model.Architecture);
        var tensors = new List<(string, long[], float[])>();
        var ranks = new List<(string Module, int Rank)>();
        foreach (string target in adapter.Targets)
        {
            cancellationToken.ThrowIfCancellationRequested();
            string part = target.EndsWith(".weight", StringComparison.Ordinal) ? target[..^".weight".Length] : target;
            string module = names.ToModule(part)
                ?? throw ExceptionFactory.ConversionInput(adapterPath, $"what '{target}' is called in transformers is not known", "Leave this matrix out when the adapter is trained.", target);
            (GgufTensorInfo a, GgufTensorInfo b) = adapter.Find(target)!.Value;
            bool isEmbedding = target == LoraLayout.Embedding;
            int rank = (int)b.Dimensions[0];
            float[] aValues = adapter.Values(a);
            float[] bValues = adapter.Values(b);
            if (order?.HeadsOf(part) is { } heads)
            {
                bValues = RotaryOrder.ToModule(bValues, (int)b.Dimensions[1], heads);
            }

            (string aName, string bName) = PeftTensorName.Of(module, isEmbedding);
            tensors.Add((aName, [rank, a.ElementCount / rank], isEmbedding ? Matrix.Transpose(aValues, rank) : aValues));
            tensors.Add((bName, [b.Dimensions[1], rank], bValues));
            ranks.Add((module, rank));
        }

        // Without an alpha nothing is scaled, which is an alpha of the rank.
        if (adapter.Alpha == 0 && ranks.Exists(module => module.Rank != ranks[0].Rank))
        {
            throw ExceptionFactory.ConversionInput(adapterPath, "its matrices have different ranks and no alpha", "Set adapter.lora.alpha when the adapter is made.");
        }

        SafetensorsWriter.Write(weights.TemporaryPath, tensors);
        PeftConfig.Write(config.TemporaryPath, model.Metadata.TryGetString("general.name", out string name) ? name : null, adapter.Alpha == 0 ? ranks[0].Rank : adapter.Alpha, ranks);
    }
}
