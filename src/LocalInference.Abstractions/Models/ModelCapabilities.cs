namespace LocalInference.Abstractions;

/// <summary>What a model can do.</summary>
[Flags]
public enum ModelCapabilities
{
    /// <summary>Nothing that is known.</summary>
    None = 0,

    /// <summary>Continues texts.</summary>
    Completion = 1,

    /// <summary>Answers conversations through a template of its own.</summary>
    Chat = 2,

    /// <summary>Its template knows functions.</summary>
    Tools = 4,

    /// <summary>It thinks before it answers.</summary>
    Reasoning = 8,

    /// <summary>It sees pictures.</summary>
    Vision = 16,

    /// <summary>It writes in the middle of a text.</summary>
    Infill = 32,

    /// <summary>It embeds texts.</summary>
    Embedding = 64,

    /// <summary>It ranks documents.</summary>
    Rerank = 128,
}
