namespace LocalInference.Guide;

/// <summary>A question as <c>models/guide/questions.schema.json</c> describes it.</summary>
internal sealed record GuideQuestion(string Id, string[] Wordings, string[] HeldOut, string Answer, string[][] Facts);
