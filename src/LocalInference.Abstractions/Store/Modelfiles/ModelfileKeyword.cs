namespace LocalInference.Abstractions;

/// <summary>What an instruction of a Modelfile begins with.</summary>
public enum ModelfileKeyword
{
    /// <summary>What the model is made from: the name of a model, or the path of a GGUF file or of a folder with one.</summary>
    From,

    /// <summary>A default of an option that requests have.</summary>
    Parameter,

    /// <summary>The template of its prompts, in Go's language.</summary>
    Template,

    /// <summary>The system message of conversations that have none.</summary>
    System,

    /// <summary>The path of a LoRA adapter in GGUF.</summary>
    Adapter,

    /// <summary>The path of a small model that guesses tokens.</summary>
    Draft,

    /// <summary>The name of a prompt's renderer, in place of a template.</summary>
    Renderer,

    /// <summary>The name of a parser of answers.</summary>
    Parser,

    /// <summary>A message that conversations begin with.</summary>
    Message,

    /// <summary>A licence's text.</summary>
    License,

    /// <summary>The version of Ollama whose abilities the model needs.</summary>
    Requires,
}
