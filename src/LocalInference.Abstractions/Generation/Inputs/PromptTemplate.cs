namespace LocalInference.Abstractions;

/// <summary>A chat template.</summary>
/// <param name="Source">Its text.</param>
/// <param name="Language">The language it is written in.</param>
public sealed record PromptTemplate(string Source, PromptTemplateLanguage Language);
