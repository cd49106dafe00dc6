namespace LocalInference.Guide;

/// <summary>Words that people put before and behind a question.</summary>
internal sealed record GuideVariations(string[] Openings, string[] Endings);
