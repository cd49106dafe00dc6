namespace LocalInference;

/// <summary>Heads, their lengths and their rotary part: what reshapes, matrix products and RoPE assert when they run.</summary>
internal static class AttentionCheck
{
    // Products of heads and lengths are computed with 32 bits (llama_hparams::n_embd_k_gqa); no model comes near this.
    private const uint LongestHead = 1 << 20;
    private const uint MostHeads = 1 << 20;

    public static void Run(CheckedModel model)
    {
        uint[] heads = model.CountPerLayer("attention.head_count") ?? [];
        if (heads is [])
        {
            if (ArchitectureRules.For(model.Architecture).HasAttention)
            {
                throw model.Refuse($"{model.Key("attention.head_count")} is missing or not one number per layer");
            }

            return;
        }

        CheckHeads(model, heads);

        // llama.cpp takes the first layer's heads for the whole model (llama_hparams::n_head); models without attention there have none.
        if (heads[0] > 0)
        {
            CheckLengths(model, heads[0]);
        }
    }

    private static void CheckHeads(CheckedModel model, uint[] heads)
    {
        bool everywhere = ArchitectureRules.For(model.Architecture).HasAttention;
        uint[]? shared = model.CountPerLayer("attention.head_count_kv");
        for (int layer = 0; layer < heads.Length; layer++)
        {
            uint own = heads[layer];
            uint kv = shared?[layer] ?? own;
            if (own > MostHeads || (everywhere && own == 0))
            {
                throw model.Refuse($"{model.Key("attention.head_count")} is {own} in layer {layer}", own, $"1 to {MostHeads}");
            }

            // ggml_can_mul_mat in ggml.c: query heads share key-value heads evenly.
            if (kv > own || (kv > 0 && own % kv != 0) || (everywhere && kv == 0))
            {
                throw model.Refuse($"{model.Key("attention.head_count_kv")} is {kv} for {own} heads in layer {layer}", kv, $"a divisor of {own}");
            }

            // These create all layers' tensors with the first layer's counts, and then reshape with each layer's own.
            if (everywhere && (own != heads[0] || kv != (shared?[0] ?? heads[0])))
            {
                throw model.Refuse($"layer {layer} has {own} heads and {kv} key-value heads, which differ from the first layer's", $"{own}, {kv}", $"{heads[0]}, {shared?[0] ?? heads[0]}");
            }
        }
    }

    private static void CheckLengths(CheckedModel model, uint heads)
    {
        if (model.Count("embedding_length") is not { } width)
        {
            return;
        }

        foreach (string name in (string[])["attention.key_length", "attention.value_length", "attention.key_length_swa", "attention.value_length_swa"])
        {
            if (model.Count(name) is { } given && given is 0 or > LongestHead)
            {
                throw model.Refuse($"{model.Key(name)} is {given}", given, $"1 to {LongestHead}");
            }
        }

        uint? key = model.Count("attention.key_length");
        if (key is null && (width < heads || width % heads != 0))
        {
            throw model.Refuse($"{model.Key("embedding_length")} is {width}, which cannot be shared by {heads} heads", width, $"a multiple of {heads}");
        }

        HeadLengths lengths = HeadLengths.Of(model, width / heads, key);
        CheckRotary(model, "rope.dimension_count", lengths.Rotary, lengths.Key);
        CheckRotary(model, "rope.dimension_count_swa", lengths.WindowedRotary, lengths.WindowedKey);
        ArchitectureRules.For(model.Architecture).CheckLengths(model, heads, width, lengths);
    }

    /// <summary>ggml_compute_forward_rope_flt in ggml-cpu/ops.cpp asserts an even number of elements of a head.</summary>
    private static void CheckRotary(CheckedModel model, string name, uint rotary, uint head)
    {
        if (rotary % 2 != 0 || rotary > head)
        {
            throw model.Refuse($"{model.Key(name)} is {rotary} for heads of {head}", rotary, $"an even number up to {head}");
        }
    }
}
