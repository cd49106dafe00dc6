namespace LocalInference.Guide;

/// <summary>How the same is said in other words.</summary>
/// <param name="Openings">What people put before a question.</param>
/// <param name="Endings">What they put behind it.</param>
/// <param name="Synonyms">Groups of words and phrases, in lower case, that may stand for each other.</param>
internal sealed record GuideVariations(string[] Openings, string[] Endings, string[][] Synonyms);
