using LocalInference.Text;

namespace LocalInference;

/// <summary>A grammar that a model can follow. Immutable.</summary>
/// <param name="Grammar">The grammar.</param>
/// <param name="TokenIds">The ids of the tokens that it names by their text.</param>
/// <param name="Pieces">The model's tokens.</param>
internal sealed record CompiledGrammar(GbnfGrammar Grammar, int[] TokenIds, TokenTrie Pieces);
