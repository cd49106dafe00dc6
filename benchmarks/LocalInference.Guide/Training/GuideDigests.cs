namespace LocalInference.Guide;

/// <summary>SHA-256 digests, by which a change of the corpus that nobody trained on shows.</summary>
/// <param name="Samples">Of the samples as they are written.</param>
/// <param name="Vocabulary">Of tokens and merges.</param>
internal sealed record GuideDigests(string Samples, string Vocabulary);
