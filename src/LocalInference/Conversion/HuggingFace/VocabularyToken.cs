namespace LocalInference;

/// <summary>A token of a vocabulary that is converted.</summary>
/// <param name="Text">As it is stored: with ▁ or Ġ for a space.</param>
/// <param name="Score">SentencePiece merges the pair with the highest score first.</param>
/// <param name="Type">What it is.</param>
internal readonly record struct VocabularyToken(string Text, float Score, VocabularyTokenType Type);
