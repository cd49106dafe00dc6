namespace LocalInference.Guide;

/// <summary>A question that was asked.</summary>
/// <param name="Case">The question.</param>
/// <param name="Answer">The answer.</param>
internal sealed record GuideResult(GuideCase Case, GuideAnswer Answer)
{
    public bool IsRight => Case.IsMetBy(Answer);
}
