namespace LocalInference.Providers;

/// <summary>The protocol that a provider speaks, and which of a protocol's options it knows.</summary>
public enum ProviderKind
{
    /// <summary>OpenAI itself: <c>/chat/completions</c>, <c>/completions</c>, <c>/embeddings</c>, and no options beyond its own.</summary>
    OpenAI,

    /// <summary>A server with OpenAI's interface of which nothing more is known: <c>max_tokens</c> instead of <c>max_completion_tokens</c>.</summary>
    OpenAICompatible,

    /// <summary>vLLM, or SGLang: OpenAI's interface with top-k, min-p, grammars, template variables and more.</summary>
    Vllm,

    /// <summary>llama.cpp's llama-server: OpenAI's interface with all of llama.cpp's samplers and GBNF grammars.</summary>
    LlamaServer,

    /// <summary>Another LocalInference, by its OpenAI interface.</summary>
    LocalInference,

    /// <summary>Anthropic's <c>/v1/messages</c>.</summary>
    Anthropic,

    /// <summary>Ollama's <c>/api</c>, or that of another LocalInference.</summary>
    Ollama,
}
