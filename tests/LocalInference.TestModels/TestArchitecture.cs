namespace LocalInference.TestModels;

/// <summary>The architectures that <see cref="TestModel"/> can write.</summary>
public enum TestArchitecture
{
    /// <summary>Pre-norm transformer with rotary positions and SwiGLU.</summary>
    Llama,

    /// <summary>Llama with biases on queries, keys and values.</summary>
    Qwen2,

    /// <summary>Llama with norms on queries and keys.</summary>
    Qwen3,

    /// <summary>Tied, scaled embeddings and GeGLU.</summary>
    Gemma,

    /// <summary>Gemma with post-norms, soft-capped logits and a sliding window on every other layer.</summary>
    Gemma2,

    /// <summary>Gemma with post-norms, norms on queries and keys, and a sliding window on five of six layers.</summary>
    Gemma3,

    /// <summary>Fused query-key-value and gate-up projections.</summary>
    Phi3,

    /// <summary>A state-space model: a state of fixed size instead of keys and values.</summary>
    Mamba,

    /// <summary>Bidirectional encoder: embeddings, no text.</summary>
    Bert,
}
