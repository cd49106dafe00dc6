namespace LocalInference.Text.GoTemplates;

/// <summary>A parsed template.</summary>
/// <param name="Root">Its nodes.</param>
/// <param name="Definitions">The nodes of <c>define</c> and <c>block</c>, by name.</param>
/// <param name="Names">All fields that are mentioned anywhere.</param>
/// <param name="ResponsePosition">Position of the first action that writes <c>.Response</c>; <see cref="int.MaxValue"/>: none.</param>
internal sealed record GoTree(
    IReadOnlyList<GoNode> Root,
    IReadOnlyDictionary<string, IReadOnlyList<GoNode>> Definitions,
    IReadOnlySet<string> Names,
    int ResponsePosition);
