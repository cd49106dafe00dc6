using System.Runtime.InteropServices;

namespace LocalInference.Native;

/// <summary>libllama: samplers. A chain owns what is added to it.</summary>
internal static unsafe partial class Llama
{
    // Any sampler
    [LibraryImport(Library)]
    internal static partial byte* llama_sampler_name(llama_sampler* smpl);

    [LibraryImport(Library)]
    internal static partial void llama_sampler_accept(llama_sampler* smpl, int token);

    [LibraryImport(Library)]
    internal static partial void llama_sampler_apply(llama_sampler* smpl, llama_token_data_array* curP);

    [LibraryImport(Library)]
    internal static partial void llama_sampler_reset(llama_sampler* smpl);

    [LibraryImport(Library)]
    internal static partial llama_sampler* llama_sampler_clone(llama_sampler* smpl);

    [LibraryImport(Library)]
    internal static partial void llama_sampler_free(llama_sampler* smpl);

    [LibraryImport(Library)]
    internal static partial uint llama_sampler_get_seed(llama_sampler* smpl);

    // Chains
    [LibraryImport(Library)]
    internal static partial llama_sampler_chain_params llama_sampler_chain_default_params();

    [LibraryImport(Library)]
    internal static partial llama_sampler* llama_sampler_chain_init(llama_sampler_chain_params parameters);

    [LibraryImport(Library)]
    internal static partial void llama_sampler_chain_add(llama_sampler* chain, llama_sampler* smpl);

    [LibraryImport(Library)]
    internal static partial llama_sampler* llama_sampler_chain_get(llama_sampler* chain, int i);

    [LibraryImport(Library)]
    internal static partial int llama_sampler_chain_n(llama_sampler* chain);

    [LibraryImport(Library)]
    internal static partial llama_sampler* llama_sampler_chain_remove(llama_sampler* chain, int i);

    // Kinds
    [LibraryImport(Library)]
    internal static partial llama_sampler* llama_sampler_init_greedy();

    [LibraryImport(Library)]
    internal static partial llama_sampler* llama_sampler_init_dist(uint seed);

    [LibraryImport(Library)]
    internal static partial llama_sampler* llama_sampler_init_top_k(int k);

    [LibraryImport(Library)]
    internal static partial llama_sampler* llama_sampler_init_top_p(float p, nuint minKeep);

    [LibraryImport(Library)]
    internal static partial llama_sampler* llama_sampler_init_min_p(float p, nuint minKeep);

    [LibraryImport(Library)]
    internal static partial llama_sampler* llama_sampler_init_typical(float p, nuint minKeep);

    [LibraryImport(Library)]
    internal static partial llama_sampler* llama_sampler_init_temp(float t);

    [LibraryImport(Library)]
    internal static partial llama_sampler* llama_sampler_init_temp_ext(float t, float delta, float exponent);

    [LibraryImport(Library)]
    internal static partial llama_sampler* llama_sampler_init_xtc(float p, float t, nuint minKeep, uint seed);

    [LibraryImport(Library)]
    internal static partial llama_sampler* llama_sampler_init_top_n_sigma(float n);

    [LibraryImport(Library)]
    internal static partial llama_sampler* llama_sampler_init_mirostat(int nVocab, uint seed, float tau, float eta, int m);

    [LibraryImport(Library)]
    internal static partial llama_sampler* llama_sampler_init_mirostat_v2(uint seed, float tau, float eta);

    [LibraryImport(Library)]
    internal static partial llama_sampler* llama_sampler_init_grammar(llama_vocab* vocab, byte* grammarStr, byte* grammarRoot);

    [LibraryImport(Library)]
    internal static partial llama_sampler* llama_sampler_init_grammar_lazy_patterns(llama_vocab* vocab, byte* grammarStr, byte* grammarRoot, byte** triggerPatterns, nuint numTriggerPatterns, int* triggerTokens, nuint numTriggerTokens);

    [LibraryImport(Library)]
    internal static partial llama_sampler* llama_sampler_init_penalties(int nVocab, int penaltyLastN, float penaltyRepeat, float penaltyFreq, float penaltyPresent);

    [LibraryImport(Library)]
    internal static partial llama_sampler* llama_sampler_init_dry(llama_vocab* vocab, float dryMultiplier, float dryBase, int dryAllowedLength, int dryPenaltyLastN, byte** seqBreakers, nuint numBreakers);

    [LibraryImport(Library)]
    internal static partial llama_sampler* llama_sampler_init_logit_bias(int nVocab, int nLogitBias, llama_logit_bias* logitBias);
}
