namespace LocalInference.Abstractions;

/// <summary>Languages of chat templates.</summary>
public enum PromptTemplateLanguage
{
    /// <summary>Jinja, as in Hugging Face's tokenizers and GGUF metadata.</summary>
    Jinja,

    /// <summary>Go's text/template, as in a Modelfile's <c>TEMPLATE</c>.</summary>
    Go,
}
