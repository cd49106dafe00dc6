namespace LocalInference;

/// <summary>The layers once more, as an image's configuration lists them.</summary>
/// <param name="Type">Always <c>layers</c>.</param>
/// <param name="DiffIds">Their digests.</param>
internal sealed record ConfigRootFs(string? Type, IReadOnlyList<string>? DiffIds);
