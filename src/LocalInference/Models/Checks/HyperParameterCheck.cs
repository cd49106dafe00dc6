namespace LocalInference;

/// <summary>The numbers that every architecture has (llama_model_base::load_hparams in llama-model.cpp).</summary>
internal static class HyperParameterCheck
{
    // LLAMA_MAX_LAYERS in llama-hparams.h.
    private const int MostLayers = 512;

    // LLAMA_POOLING_TYPE_RANK in llama.h.
    private const uint LastPoolingType = 4;

    // llama_rope_scaling_type_from_string in llama-model.cpp; what it does not know is asserted against.
    private static readonly string[] s_ropeScalings = ["none", "linear", "yarn", "longrope"];

    // ggml_norm, ggml_rms_norm and ggml_group_norm assert eps >= 0 when they run (ggml-cpu/ops.cpp).
    private static readonly string[] s_epsilons =
        ["attention.layer_norm_epsilon", "attention.layer_norm_rms_epsilon", "attention.group_norm_epsilon", "hyper_connection.epsilon"];

    // They become logits that are no numbers, or go through a conversion to an integer on the way.
    private static readonly string[] s_finite =
    [
        "rope.freq_base", "rope.freq_base_swa", "rope.scaling.factor", "rope.scale_linear", "rope.scaling.attn_factor", "rope.scaling.yarn_log_multiplier",
        "rope.scaling.yarn_ext_factor", "rope.scaling.yarn_attn_factor", "rope.scaling.yarn_beta_fast", "rope.scaling.yarn_beta_slow", "attn_logit_softcapping",
        "final_logit_softcapping", "attention.scale", "attention.max_alibi_bias", "attention.clamp_kqv", "logit_scale", "residual_scale", "embedding_scale",
    ];

    private static readonly string[] s_notNegative =
        ["rope.freq_base", "rope.freq_base_swa", "rope.scaling.factor", "rope.scale_linear", "attention.max_alibi_bias"];

    public static void Run(CheckedModel model)
    {
        CheckLayers(model);
        RequireSome(model, "embedding_length");
        RequireSome(model, "context_length");
        if (model.Count("pooling_type") is { } pooling and > LastPoolingType and < uint.MaxValue)
        {
            // llm_graph_context::build_pooling aborts; -1 stands for none.
            throw model.Refuse($"{model.Key("pooling_type")} is {pooling}", pooling, LastPoolingType);
        }

        if (model.Text(model.Key("rope.scaling.type")) is { } scaling && !s_ropeScalings.Contains(scaling, StringComparer.Ordinal))
        {
            throw model.Refuse($"{model.Key("rope.scaling.type")} is {CheckedModel.Quote(scaling)}", scaling, string.Join(", ", s_ropeScalings));
        }

        CheckNumbers(model);
    }

    private static void CheckLayers(CheckedModel model)
    {
        if (model.Count("block_count") is not { } layers)
        {
            return;
        }

        if (layers is 0 or > MostLayers)
        {
            throw model.Refuse($"{model.Key("block_count")} is {layers}", layers, $"1 to {MostLayers}");
        }

        // Asserted to be no more than all; with all of them there would be nothing left to run.
        if (model.Count("nextn_predict_layers") is { } extra && extra >= layers)
        {
            throw model.Refuse($"{model.Key("nextn_predict_layers")} is {extra} of {layers} layers", extra, layers - 1);
        }
    }

    private static void RequireSome(CheckedModel model, string name)
    {
        if (model.Count(name) is 0)
        {
            throw model.Refuse($"{model.Key(name)} is 0", 0, "at least 1");
        }
    }

    private static void CheckNumbers(CheckedModel model)
    {
        foreach (string name in s_epsilons)
        {
            if (model.Number(name) is { } epsilon && !(float.IsFinite(epsilon) && epsilon >= 0))
            {
                throw model.Refuse($"{model.Key(name)} is {epsilon}", epsilon, "a number from 0");
            }
        }

        foreach (string name in s_finite)
        {
            if (model.Number(name) is { } number && !float.IsFinite(number))
            {
                throw model.Refuse($"{model.Key(name)} is {number}", number, "a finite number");
            }
        }

        foreach (string name in s_notNegative)
        {
            if (model.Number(name) is < 0 and { } negative)
            {
                throw model.Refuse($"{model.Key(name)} is {negative}", negative, "a number from 0");
            }
        }
    }
}
