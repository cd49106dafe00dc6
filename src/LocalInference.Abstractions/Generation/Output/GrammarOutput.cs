namespace LocalInference.Abstractions;

/// <summary>Text that a grammar allows. One that does not parse is a <see cref="GenerationException"/> (<c>grammar_invalid</c>).</summary>
/// <param name="Grammar">GBNF with the start symbol <c>root</c>; llama.cpp's grammars/README.md describes the language.</param>
public sealed record GrammarOutput(string Grammar) : OutputFormat;
