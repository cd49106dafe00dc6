namespace LocalInference.TestModels;

/// <summary>A damaged model file.</summary>
/// <param name="Kind">What was done.</param>
/// <param name="Seed">What it was made from: <see cref="GgufMutator.Mutate"/> of the same model gives the same bytes.</param>
/// <param name="Description">Where and with which value, for a failing test's message.</param>
/// <param name="Bytes">The whole file.</param>
public sealed record GgufMutation(GgufMutationKind Kind, int Seed, string Description, byte[] Bytes);
