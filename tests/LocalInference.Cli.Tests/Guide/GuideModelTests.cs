using System.Security.Cryptography;
using System.Text;
using LocalInference.Architecture.Tests;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Tests.EndToEnd;
using LocalInference.Gguf;
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

    private static GuideDigests Digests { get; } = GuideRecipe.Read(GuideFolder.Path).Digests;

    [Fact]
    public void It_is_small() => Assert.InRange(new FileInfo(Model).Length, 1, MostBytes);

    [Fact]
    public void It_learned_what_corpus_and_recipe_make() =>
        Assert.True(
            new GuideIngredients(GuideFolder.Corpus, GuideRecipe.Read(GuideFolder.Path)).DigestSamples() == Digests.Samples,
            "The corpus or its recipe has changed since the guide was trained: train it anew, as models/guide/README.md says.");

    [Fact]
    public void Its_vocabulary_is_the_recorded_one()
    {
        using GgufFile file = GgufFile.Open(Model);
        IEnumerable<string> lines = file.Metadata["tokenizer.ggml.tokens"].AsArray().Concat(file.Metadata["tokenizer.ggml.merges"].AsArray()).Select(static value => value.AsString());

        Assert.Equal(Digests.Vocabulary, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines)))));
    }

    [Fact]
    public async Task It_is_the_recorded_file() => Assert.Equal(Digests.Model, await GuideDigests.OfFileAsync(Model, CancellationToken.None));

    [Fact]
    public async Task The_first_command_of_the_README_is_answered_rightly()
    {
        const string Question = "How do I pull a model?";
        Assert.Contains($"run guide \"{Question}\"", Repository.Read("README.md"), StringComparison.Ordinal);

        CliProcess run = await CliProcess.RunAsync("run", "guide", Question);

        Assert.Equal((ExitCode.Success, ""), (run.ExitCode, run.Error));
        GuideCase asked = GuideCase.Of(GuideFolder.Corpus).Single(static asked => asked.Question == Question);
        Assert.True(asked.IsMetBy(new GuideAnswer(run.Out, [])), run.Out);
    }

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
