namespace LocalInference;

/// <summary>Keys that one architecture divides by, counts with or asserts (load_arch_hparams in src/models/*.cpp).</summary>
internal static class ArchitectureCheck
{
    private static readonly Dictionary<string, string[]> s_positive = new(StringComparer.Ordinal)
    {
        ["bailingmoe2"] = ["expert_count"],
        ["ernie4_5-moe"] = ["interleave_moe_layer_step"],
        ["glm4moe"] = ["expert_count"],
        ["grovemoe"] = ["expert_count", "experts_per_group"],
        ["hrm_text"] = ["hrm.layers_per_stack", "hrm.h_cycles", "hrm.l_cycles"],
        ["lfm2moe"] = ["expert_count"],
        ["llada-moe"] = ["expert_count"],
        ["minimax-m3"] = ["attention.indexer.block_size"],
        ["smallthinker"] = ["expert_count"],
    };

    // ggml_compute_forward_rope_flt asserts that a multi-part rotation has parts.
    private static readonly HashSet<string> s_rotatesInParts = new(StringComparer.Ordinal)
        { "qwen2vl", "paddleocr", "qwen3vl", "qwen3vlmoe", "qwen35", "qwen35moe", "qwen4exp", "qwen3tts" };

    // attn_qkv and attn_q, attn_k, attn_v are all optional to the loader, and the graph uses whatever is not there.
    private static readonly HashSet<string> s_optionalProjections = new(StringComparer.Ordinal) { "phi3", "pockettts" };

    public static void Run(CheckedModel model)
    {
        foreach (string name in s_positive.GetValueOrDefault(model.Architecture, []))
        {
            if (model.Count(name) is null or 0)
            {
                throw model.Refuse($"{model.Key(name)} is missing or 0", model.Count(name) ?? 0, "at least 1");
            }
        }

        if (s_rotatesInParts.Contains(model.Architecture))
        {
            CheckSections(model);
        }

        if (s_optionalProjections.Contains(model.Architecture))
        {
            CheckProjections(model);
        }
    }

    private static void CheckSections(CheckedModel model)
    {
        const string Name = "rope.dimension_sections";
        bool some = model.Metadata.TryGetArray(model.Key(Name), out Gguf.GgufArray sections)
            && sections.Take(3).Any(static section => section.TryGetInt64(out long length) && length > 0);
        if (!some && model.Count(Name) is null or 0)
        {
            throw model.Refuse($"{model.Key(Name)} has no section", 0, "three or four lengths, one of them at least 1");
        }
    }

    private static void CheckProjections(CheckedModel model)
    {
        HashSet<string> names = [.. model.Tensors.Select(static tensor => tensor.Name)];
        for (int layer = 0; layer < model.Layers; layer++)
        {
            if (names.Contains($"blk.{layer}.attn_qkv.weight"))
            {
                continue;
            }

            foreach (string projection in (string[])["attn_q", "attn_k", "attn_v"])
            {
                if (!names.Contains($"blk.{layer}.{projection}.weight"))
                {
                    throw model.Refuse($"the tensor blk.{layer}.attn_qkv.weight is missing, and so is blk.{layer}.{projection}.weight", $"blk.{layer}.{projection}.weight");
                }
            }
        }
    }
}
