using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Models;
using LocalInference.Cli.Tests.Fakes;
using LocalInference.Gguf;
using LocalInference.Guide;

namespace LocalInference.Cli.Tests.Guide;

/// <summary>The guide that ships: that it is the one its recipe makes, and that it knows what it should.</summary>
public sealed class GuideModelTests
{
    private const long MostBytes = 8 << 20;

    // Every so many questions are asked here; `evaluate` asks all.
    private const int OneIn = 16;

    private static readonly string s_path = Path.Combine(GuideFolder.Path, "guide.gguf");

    [Fact]
    public void It_is_small() => Assert.InRange(new FileInfo(s_path).Length, 1, MostBytes);

    [Fact]
    public void Corpus_and_recipe_are_those_that_it_was_trained_with()
    {
        GuideRecipe recipe = GuideRecipe.Read(GuideFolder.Path);
        GuideIngredients ingredients = new(GuideFolder.Corpus, recipe);
        string samples = ingredients.WriteSamples(Stream.Null);

        Assert.True(samples == recipe.Digests.Samples, "The corpus has changed since the guide was trained: train it anew, as models/guide/README.md says.");
        Assert.Equal(recipe.Digests.Vocabulary, ingredients.Vocabulary().Digest);
    }

    [Fact]
    public void Its_file_holds_that_vocabulary_and_the_chat_template()
    {
        using GgufFile file = GgufFile.Open(s_path);

        Assert.Equal(
            new GuideIngredients(GuideFolder.Corpus, GuideRecipe.Read(GuideFolder.Path)).Vocabulary().Tokens,
            file.Metadata["tokenizer.ggml.tokens"].AsArray().Select(static token => token.AsString()));
        Assert.Equal(GuideFolder.Corpus.ChatTemplate, file.Metadata.GetString("tokenizer.chat_template"));
    }

    [Fact]
    public async Task It_answers_what_it_was_never_asked_in_these_words()
    {
        IReadOnlyList<GuideResult> results = await GuideEvaluation.AskAsync(
            s_path,
            GuideFolder.Corpus,
            GuideCase.Of(GuideFolder.Corpus).Where(static asked => asked.Kind != GuideKind.Learned).Where(static (asked, i) => asked.Kind != GuideKind.Questions || i % OneIn == 0),
            CancellationToken.None);

        Assert.All(GuideScore.Of(results), score => Assert.True(
            score.IsReached,
            $"{score.Kind}: {score.Right} of {score.Asked}. Wrong: {string.Join("; ", results.Where(result => result.Case.Kind == score.Kind && !result.IsRight).Select(static result => $"{result.Case.Question} -> {result.Answer.Text}"))}"));
    }

    [Fact]
    public async Task The_first_command_of_the_README_answers_rightly()
    {
        using CliHarness cli = new() { RealLoader = new EngineModelLoader(static () => ModelStore.Open(new ModelStoreOptions { Directory = System.IO.Directory.CreateTempSubdirectory("localinference-guide-").FullName })) };

        Assert.Equal(ExitCode.Success, await cli.RunAsync("run", "guide", "How do I pull a model?"));
        Assert.Contains("localinference pull", cli.Out, StringComparison.Ordinal);
    }
}
