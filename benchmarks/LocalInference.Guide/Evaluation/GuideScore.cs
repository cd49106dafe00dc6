namespace LocalInference.Guide;

/// <summary>How many questions of a kind got the right answer.</summary>
internal sealed record GuideScore(GuideKind Kind, int Right, int Asked)
{
    /// <summary>The least share that a guide must reach to be shipped; what was learned by heart is for information.</summary>
    public const double Bar = 0.9;

    public double Share => (double)Right / Asked;

    public bool IsReached => Kind == GuideKind.Learned || Share >= Bar;

    public static IReadOnlyList<GuideScore> Of(IEnumerable<GuideResult> results) =>
        [.. results.GroupBy(static result => result.Case.Kind).OrderBy(static kind => kind.Key).Select(static kind => new GuideScore(kind.Key, kind.Count(static result => result.IsRight), kind.Count()))];
}
