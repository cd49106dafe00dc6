namespace LocalInference.Guide;

/// <summary>What the guide answered.</summary>
/// <param name="Text">In words.</param>
/// <param name="Calls">The model of each call of its tool; <see langword="null"/> for a call of anything else, or with other arguments.</param>
internal sealed record GuideAnswer(string Text, IReadOnlyList<string?> Calls);
