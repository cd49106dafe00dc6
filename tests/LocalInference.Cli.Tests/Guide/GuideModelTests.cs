using LocalInference.Guide;

namespace LocalInference.Cli.Tests.Guide;

/// <summary>The guide that ships is the one of this corpus, and knows what was held out of its training.</summary>
public sealed class GuideModelTests
{
    // One of so many: all of them take 20 s on two cores, and are what `evaluate` is for.
    private const int OneIn = 5;

    // A share of fewer questions deviates more from that of all.
    private const double Deviation = 0.05;

    // It writes a name that it has never seen rightly in three of four calls; all it has to do is to call.
    private const double LeastNames = 0.7;

    private const long MostBytes = 8 << 20;

    private static string Model { get; } = Path.Combine(GuideFolder.Path, "guide.gguf");

    [Fact]
    public void It_is_small() => Assert.InRange(new FileInfo(Model).Length, 1, MostBytes);

    [Fact]
    public async Task It_answers_what_it_was_never_asked()
    {
        IEnumerable<GuideCase> cases = GuideCase.Of(GuideFolder.Corpus).Where(static asked => asked.Kind != GuideKind.Learned)
            .GroupBy(static asked => asked.Kind)
            .SelectMany(static kind => kind.Where((_, i) => kind.Key != GuideKind.Questions || i % OneIn == 0));

        IReadOnlyList<GuideResult> results = await GuideEvaluation.AskAsync(Model, GuideFolder.Corpus, cases, CancellationToken.None);

        Assert.All(GuideScore.Of(results), static score => Assert.True(score.Share >= (score.Kind == GuideKind.Calls ? LeastNames : GuideScore.Bar - Deviation), $"{score}"));
    }
}
