namespace LocalInference.Training;

/// <summary>
/// Matrices of each layer that an adapter changes. Where a model has several in one (phi3's <c>attn_qkv</c>, and its <c>ffn_up</c> with the
/// gate), that one is changed as a whole as soon as one of them is named.
/// </summary>
[Flags]
public enum LoraTargets
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary><c>attn_q</c>.</summary>
    Query = 1,

    /// <summary><c>attn_k</c>.</summary>
    Key = 2,

    /// <summary><c>attn_v</c>.</summary>
    Value = 4,

    /// <summary><c>attn_output</c>.</summary>
    Output = 8,

    /// <summary><c>ffn_gate</c>.</summary>
    Gate = 16,

    /// <summary><c>ffn_up</c>.</summary>
    Up = 32,

    /// <summary><c>ffn_down</c>.</summary>
    Down = 64,

    /// <summary>The four of attention.</summary>
    Attention = Query | Key | Value | Output,

    /// <summary>The three of the feed-forward network.</summary>
    FeedForward = Gate | Up | Down,

    /// <summary>All: what learns best for its size (Dettmers et al., 2023, arXiv 2305.14314, section 5).</summary>
    All = Attention | FeedForward,
}
