namespace LocalInference;

/// <summary>Mixture-of-experts counts, as llama_model_base::load_hparams asserts them.</summary>
internal static class ExpertCheck
{
    // LLAMA_MAX_EXPERTS in llama-hparams.h.
    private const uint MostExperts = 1024;

    // LLAMA_EXPERT_GATING_FUNC_TYPE_* in llama-hparams.h; build_moe_ffn in llama-graph.cpp aborts on others.
    private const uint LastGatingFunction = 4;

    public static void Run(CheckedModel model)
    {
        uint experts = model.Count("expert_count") ?? 0;
        uint used = model.CountPerLayer("expert_used_count")?.DefaultIfEmpty().Max() ?? 0;
        uint groups = model.Count("expert_group_count") ?? 0;

        // Hunyuan's dense models carry counts of 1 that load_hparams resets.
        if (model.Architecture is "hunyuan_vl" or "hunyuan-dense" && experts <= 1)
        {
            (experts, used) = (0, 0);
        }

        if (experts > MostExperts)
        {
            throw model.Refuse($"{model.Key("expert_count")} is {experts}", experts, MostExperts);
        }

        if (used > experts || (experts > 0 && used == 0))
        {
            throw model.Refuse($"{model.Key("expert_used_count")} is {used} of {experts} experts", used, experts == 0 ? "0" : $"1 to {experts}");
        }

        if (groups > 0 && groups >= experts)
        {
            throw model.Refuse($"{model.Key("expert_group_count")} is {groups} for {experts} experts", groups, experts == 0 ? 0 : experts - 1);
        }

        CheckGroups(model, experts, groups);
        if (model.Count("expert_gating_func") is { } gating and > LastGatingFunction)
        {
            throw model.Refuse($"{model.Key("expert_gating_func")} is {gating}", gating, LastGatingFunction);
        }
    }

    private static void CheckGroups(CheckedModel model, uint experts, uint groups)
    {
        if (groups <= 1)
        {
            return;
        }

        if (experts % groups != 0)
        {
            throw model.Refuse($"{model.Key("expert_group_count")} is {groups}, which does not divide {experts} experts", groups, experts);
        }

        uint used = model.Count("expert_group_used_count") ?? 0;
        if (used == 0 || used >= groups)
        {
            throw model.Refuse($"{model.Key("expert_group_used_count")} is {used} of {groups} groups", used, $"1 to {groups - 1}");
        }
    }
}
