namespace LocalInference.TestModels;

/// <summary>One token of a <see cref="TestVocabulary"/>.</summary>
/// <param name="Text">As it is stored.</param>
/// <param name="Score">SPM merges the pair with the highest score first.</param>
/// <param name="Type">What it is.</param>
public sealed record TestToken(string Text, float Score, TokenType Type);
