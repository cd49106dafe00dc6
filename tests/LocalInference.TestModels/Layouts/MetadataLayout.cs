using LocalInference.Gguf;

namespace LocalInference.TestModels;

/// <summary>The keys that llama.cpp v0.5.0 reads for each architecture (llama-arch.cpp, llama-model.cpp, llama-vocab.cpp).</summary>
internal static class MetadataLayout
{
    public static GgufMetadata Of(TestModelSpec spec, TestVocabulary vocabulary)
    {
        GgufMetadataBuilder metadata = new();
        metadata
            .Set("general.architecture", spec.ArchitectureName)
            .Set("general.type", "model")
            .Set("general.name", spec.Name)
            .Set("general.file_type", spec.WeightType == GgufTensorType.F16 ? 1u : 0u);
        AddHyperParameters(metadata, spec);
        AddTokenizer(metadata, spec, vocabulary);
        return metadata.Build();
    }

    private static void AddHyperParameters(GgufMetadataBuilder metadata, TestModelSpec spec)
    {
        string prefix = spec.ArchitectureName;
        metadata
            .Set($"{prefix}.vocab_size", (uint)spec.VocabularySize)
            .Set($"{prefix}.context_length", (uint)spec.ContextLength)
            .Set($"{prefix}.embedding_length", (uint)spec.EmbeddingLength)
            .Set($"{prefix}.block_count", (uint)spec.BlockCount);
        if (spec.Architecture == TestArchitecture.Mamba)
        {
            metadata
                .Set($"{prefix}.attention.layer_norm_rms_epsilon", 1e-5f)
                .Set($"{prefix}.ssm.conv_kernel", (uint)StateSpace.Kernel)
                .Set($"{prefix}.ssm.inner_size", (uint)StateSpace.InnerLength(spec))
                .Set($"{prefix}.ssm.state_size", (uint)StateSpace.StateLength)
                .Set($"{prefix}.ssm.time_step_rank", (uint)StateSpace.TimeStepRank);
            return;
        }

        metadata
            .Set($"{prefix}.feed_forward_length", (uint)spec.FeedForwardLength)
            .Set($"{prefix}.attention.head_count", (uint)spec.HeadCount);
        if (spec.Architecture == TestArchitecture.Bert)
        {
            metadata
                .Set($"{prefix}.attention.causal", false)
                .Set($"{prefix}.attention.layer_norm_epsilon", 1e-12f)
                .Set($"{prefix}.pooling_type", 1u);
            return;
        }

        metadata
            .Set($"{prefix}.attention.head_count_kv", (uint)spec.KeyValueHeadCount)
            .Set($"{prefix}.attention.layer_norm_rms_epsilon", 1e-5f)
            .Set($"{prefix}.attention.key_length", (uint)spec.EffectiveHeadLength)
            .Set($"{prefix}.attention.value_length", (uint)spec.EffectiveHeadLength)
            .Set($"{prefix}.rope.dimension_count", (uint)spec.EffectiveHeadLength)
            .Set($"{prefix}.rope.freq_base", spec.FrequencyBase);
        if (spec.Architecture is TestArchitecture.Gemma2 or TestArchitecture.Gemma3)
        {
            metadata.Set($"{prefix}.attention.sliding_window", (uint)spec.SlidingWindow);
        }

        if (spec.Architecture == TestArchitecture.Gemma2)
        {
            metadata
                .Set($"{prefix}.attn_logit_softcapping", 50f)
                .Set($"{prefix}.final_logit_softcapping", 30f);
        }
    }

    private static void AddTokenizer(GgufMetadataBuilder metadata, TestModelSpec spec, TestVocabulary vocabulary)
    {
        string model = vocabulary.Kind switch
        {
            TestVocabularyKind.Spm => "llama",
            TestVocabularyKind.Bpe => "gpt2",
            _ => "bert",
        };
        metadata
            .Set("tokenizer.ggml.model", model)
            .Set("tokenizer.ggml.tokens", GgufArray.FromStrings(vocabulary.Tokens.Select(static token => token.Text)))
            .Set("tokenizer.ggml.token_type", GgufArray.From<int>([.. vocabulary.Tokens.Select(static token => (int)token.Type)]));
        switch (vocabulary.Kind)
        {
            case TestVocabularyKind.Spm:
                metadata
                    .Set("tokenizer.ggml.scores", GgufArray.From<float>([.. vocabulary.Tokens.Select(static token => token.Score)]))
                    .Set("tokenizer.ggml.add_bos_token", true)
                    .Set("tokenizer.ggml.add_space_prefix", spec.ChatTemplate != TestChatTemplate.Gemma);
                break;
            case TestVocabularyKind.Bpe:
                metadata
                    .Set("tokenizer.ggml.pre", spec.PreTokenizer)
                    .Set("tokenizer.ggml.merges", GgufArray.FromStrings(vocabulary.Merges))
                    .Set("tokenizer.ggml.add_bos_token", string.Equals(spec.PreTokenizer, "llama-bpe", StringComparison.Ordinal));
                break;
            default:
                metadata.Set("tokenizer.ggml.token_type_count", 2u);
                break;
        }

        SetId(metadata, "bos", vocabulary.Bos);
        SetId(metadata, "eos", vocabulary.Eos);
        SetId(metadata, "unknown", vocabulary.Unknown);
        SetId(metadata, "padding", vocabulary.Padding);
        SetId(metadata, "seperator", vocabulary.Separator); // The key is spelt so in llama-arch.cpp.
        SetId(metadata, "mask", vocabulary.Mask);
        if (ChatTemplates.Text(spec.ChatTemplate) is { } template)
        {
            SetId(metadata, "eot", vocabulary.Id(ChatTemplates.EndOfTurn(spec.ChatTemplate)));
            metadata.Set("tokenizer.chat_template", template);
        }
    }

    private static void SetId(GgufMetadataBuilder metadata, string name, int id)
    {
        if (id >= 0)
        {
            metadata.Set($"tokenizer.ggml.{name}_token_id", (uint)id);
        }
    }
}
