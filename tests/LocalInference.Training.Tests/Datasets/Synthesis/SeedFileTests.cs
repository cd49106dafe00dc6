using LocalInference.Abstractions;

namespace LocalInference.Training.Tests.Datasets.Synthesis;

/// <summary>Files of seeds, and what is none.</summary>
public sealed class SeedFileTests : DatasetTest
{
    [Fact]
    public void Each_line_of_a_text_is_a_seed() =>
        Assert.Equal(["tea", "{\"a\": 1}"], Texts(Write("seeds.txt", "tea", "  ", " {\"a\": 1} ")), StringComparer.Ordinal);

    [Fact]
    public void Texts_of_JSON_are_seeds_too()
    {
        Assert.Equal(["tea", "rain"], Texts(Write("seeds.jsonl", "\"tea\"", "", """{"text": "rain", "more": 1}""")), StringComparer.Ordinal);
        Assert.Equal(["tea", "rain"], Texts(Write("seeds.json", "[\"tea\",", """{"text": "rain"}]""")), StringComparer.Ordinal);
        Assert.Equal(["rain"], Texts(Write("seeds.json", """{"text": "rain"}""")), StringComparer.Ordinal);
    }

    [Fact]
    public void Fields_keep_their_kinds_and_of_two_the_later_holds()
    {
        SynthesisSeed seed = Assert.Single(SynthesisSeed.ReadAll(Write("seeds.jsonl", """{"a": 1, "b": [true], "a": 2}""")));

        Assert.Equal(["a", "b"], seed.Fields.Keys, StringComparer.Ordinal);
        Assert.Equal(2, seed.Fields["a"].GetInt32());
        Assert.True(seed.Fields["b"][0].GetBoolean());
    }

    [Theory]
    [InlineData("none.txt", null)]
    [InlineData("empty.txt", "\n\n")]
    [InlineData("empty.json", "[]")]
    [InlineData("bad.json", "[1")]
    [InlineData("bad.jsonl", "{}\n{")]
    [InlineData("number.jsonl", "{}\n1")]
    public void Files_that_are_none_are_refused(string name, string? text)
    {
        if (text is not null)
        {
            File.WriteAllText(At(name), text);
        }

        Assert.Equal("dataset_invalid", Assert.Throws<TrainingException>(() => SynthesisSeed.ReadAll(At(name))).Code);
    }

    private static IEnumerable<string?> Texts(string path) => SynthesisSeed.ReadAll(path).Select(static seed => seed.Fields[SynthesisSeed.TextField].GetString());
}
