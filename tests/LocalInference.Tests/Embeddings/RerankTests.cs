using LocalInference.Abstractions;
using LocalInference.Native;
using LocalInference.TestModels;

namespace LocalInference.Tests.Embeddings;

[Collection(ModelTests.Name)]
public sealed class RerankTests(ModelFixture fixture) : IDisposable
{
    private const string Template = "<|im_start|>Query: {query} Document: {document}<|im_end|>";

    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-rerank-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Scores_and_order_are_those_of_each_pair_alone()
    {
        string file = Bert();
        await using LocalModel model = await LocalModel.LoadAsync(file);
        const string Query = "a dog in the park";
        string[] documents = RandomTexts.Many(seed: 21, count: 100);

        RerankResult result = await model.RerankAsync(new RerankRequest { Query = Query, Documents = documents });

        // [CLS] query [SEP] document: this vocabulary has a separator and adds no end.
        using var reference = new EmbeddingReference(file, llama_pooling_type.LLAMA_POOLING_TYPE_RANK);
        (int cls, int separator) = (model.Tokenizer.Encode("")[0], model.Tokenizer.Encode("")[1]);
        float[] expected =
            [.. documents.Select(d => reference.Embed([cls, .. model.Tokenizer.Encode(Query, addSpecial: false), separator, .. model.Tokenizer.Encode(d, addSpecial: false)])[0])];
        AssertScores(expected, result);
    }

    [Fact]
    public async Task A_model_may_bring_a_template()
    {
        string file = ModelVariant.Qwen3Ranker(fixture.FileOf(TestModelSpec.Qwen3), Path.Combine(_folder, "qwen3.gguf"), 64, Template);
        await using LocalModel model = await LocalModel.LoadAsync(file);
        string[] documents = RandomTexts.Many(seed: 22, count: 40);

        RerankResult result = await model.RerankAsync(new RerankRequest { Query = "who played?", Documents = documents });

        using var reference = new EmbeddingReference(file, llama_pooling_type.LLAMA_POOLING_TYPE_RANK);
        float[] expected =
            [.. documents.Select(d => reference.Embed(model.Tokenizer.Encode(Template.Replace("{query}", "who played?").Replace("{document}", d), addSpecial: false, parseSpecial: true))[0])];
        AssertScores(expected, result);
        Assert.All(result.Documents, d => Assert.InRange(d.Score, 0, 1));
    }

    [Fact]
    public async Task Special_tokens_in_a_document_stay_text_and_marks_in_a_query_are_not_filled_in()
    {
        string file = ModelVariant.Qwen3Ranker(fixture.FileOf(TestModelSpec.Qwen3), Path.Combine(_folder, "qwen3-special.gguf"), 64, Template);
        await using LocalModel model = await LocalModel.LoadAsync(file);

        RerankResult result = await model.RerankAsync(new RerankRequest { Query = "{document}", Documents = ["x <|im_end|> y"] });

        int asText = model.Tokenizer.Encode("x <|im_end|> y", addSpecial: false).Length;
        Assert.InRange(result.Documents[0].TokenCount, asText + 2, asText + 40);
        using var reference = new EmbeddingReference(file, llama_pooling_type.LLAMA_POOLING_TYPE_RANK);
        int[] tokens =
            [
                model.Tokenizer.Encode("<|im_start|>", addSpecial: false, parseSpecial: true)[0],
                .. model.Tokenizer.Encode("Query: {document} Document: x <|im_end|> y", addSpecial: false),
                model.Tokenizer.Encode("<|im_end|>", addSpecial: false, parseSpecial: true)[0],
            ];
        Assert.Equal(reference.Embed(tokens)[0], result.Documents[0].Score, 1e-4);
        Assert.Equal(tokens.Length, result.TokenCount);
    }

    [Fact]
    public async Task Top_limits_what_is_returned_and_not_what_is_counted()
    {
        await using LocalModel model = await LocalModel.LoadAsync(Bert());
        var request = new RerankRequest { Query = "sun", Documents = RandomTexts.Many(seed: 23, count: 12) };

        RerankResult all = await model.RerankAsync(request);
        RerankResult top = await model.RerankAsync(request with { Top = 3 });

        Assert.Equal(all.Documents.Take(3).Select(d => d.Index), top.Documents.Select(d => d.Index));
        Assert.Equal(all.TokenCount, top.TokenCount);
        Assert.Equal(12, (await model.RerankAsync(request with { Top = 50 })).Documents.Count);
        Assert.Equal("invalid_option", (await Assert.ThrowsAsync<GenerationException>(async () => await model.RerankAsync(request with { Top = 0 }))).Code);
    }

    [Fact]
    public async Task Equal_documents_keep_their_order_and_none_give_none()
    {
        await using LocalModel model = await LocalModel.LoadAsync(Bert());

        RerankResult same = await model.RerankAsync(new RerankRequest { Query = "sun", Documents = ["dog"] });
        RerankResult none = await model.RerankAsync(new RerankRequest { Query = "sun", Documents = [] });

        Assert.Equal([0], same.Documents.Select(d => d.Index));
        Assert.Empty(none.Documents);
        Assert.Equal(0, none.TokenCount);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_document_that_is_too_long_is_refused_or_cut_and_the_query_never(bool byTemplate)
    {
        string file = byTemplate
            ? ModelVariant.Qwen3Ranker(fixture.FileOf(TestModelSpec.Qwen3), Path.Combine(_folder, "qwen3-long.gguf"), 64, Template)
            : Bert();
        await using LocalModel model = await LocalModel.LoadAsync(file);
        string longDocument = RandomTexts.One(new Random(6), 200);
        var request = new RerankRequest { Query = "the dog", Documents = ["short", longDocument] };

        ContextLengthException e = await Assert.ThrowsAsync<ContextLengthException>(async () => await model.RerankAsync(request));
        Assert.Equal($"{model.ContextLength}", e.Limit);
        Assert.Contains("Text 1", e.Message, StringComparison.Ordinal);

        foreach (TextTruncation truncation in new[] { TextTruncation.End, TextTruncation.Start })
        {
            RerankResult cut = await model.RerankAsync(request with { Truncation = truncation });

            RankedDocument document = cut.Documents.Single(d => d.Index == 1);
            Assert.InRange(document.TokenCount, model.ContextLength - 8, model.ContextLength);
            Assert.True(document.DroppedTokens > 0);
        }

        await Assert.ThrowsAsync<ContextLengthException>(async () =>
            await model.RerankAsync(request with { Query = longDocument, Truncation = TextTruncation.End }));
    }

    [Fact]
    public async Task A_character_that_is_cut_through_is_left_out()
    {
        string file = ModelVariant.Qwen3Ranker(fixture.FileOf(TestModelSpec.Qwen3), Path.Combine(_folder, "qwen3-emoji.gguf"), 64, Template);
        await using LocalModel model = await LocalModel.LoadAsync(file);
        foreach (TextTruncation truncation in new[] { TextTruncation.End, TextTruncation.Start })
        {
            for (int words = 0; words < 4; words++)
            {
                string document = string.Concat(Enumerable.Repeat("x", words)) + string.Concat(Enumerable.Repeat("🙂", 200));

                RerankResult cut = await model.RerankAsync(new RerankRequest { Query = "q", Documents = [document], Truncation = truncation });

                Assert.InRange(cut.Documents[0].TokenCount, model.ContextLength - 8, model.ContextLength);
            }
        }
    }

    [Fact]
    public async Task A_model_made_for_embeddings_does_not_rank_and_a_ranker_has_no_pooling_of_its_own()
    {
        var request = new RerankRequest { Query = "a", Documents = ["b"] };
        foreach (TestModelSpec spec in new[] { TestModelSpec.Bert, TestModelSpec.Llama })
        {
            LocalModel other = await fixture.ModelOf(spec);
            Assert.Equal("model_cannot_rank", (await Assert.ThrowsAsync<GenerationException>(async () => await other.RerankAsync(request))).Code);
        }

        await using LocalModel ranker = await LocalModel.LoadAsync(Bert());
        Assert.Equal("pooling_missing", (await Assert.ThrowsAsync<GenerationException>(() => ranker.Embed(Vectors.Request("a")))).Code);

        // It can do both, in turns.
        for (int i = 0; i < 3; i++)
        {
            Assert.Single(await ranker.Embed(Vectors.Request("a") with { Pooling = EmbeddingPooling.Cls }));
            Assert.Single((await ranker.RerankAsync(request)).Documents);
        }
    }

    [Fact]
    public async Task A_head_that_gives_another_length_than_llama_cpp_reads_is_refused()
    {
        // Without an output layer, "cls" gives a whole vector for each text where one number is read.
        string file = ModelVariant.Write(
            fixture.FileOf(TestModelSpec.Bert),
            Path.Combine(_folder, "headless.gguf"),
            metadata => metadata.Set("bert.pooling_type", 4u),
            ("cls.weight", [64, 64]),
            ("cls.bias", [64]));
        await using LocalModel model = await LocalModel.LoadAsync(file);

        GenerationException e = await Assert.ThrowsAsync<GenerationException>(async () =>
            await model.RerankAsync(new RerankRequest { Query = "a", Documents = ["b"] }));

        Assert.Equal("model_cannot_rank", e.Code);
    }

    private string Bert() => ModelVariant.BertRanker(fixture.FileOf(TestModelSpec.Bert), Path.Combine(_folder, $"{Guid.NewGuid():N}.gguf"), 64);

    private static void AssertScores(float[] expected, RerankResult result)
    {
        Assert.Equal(RerankScore.Relevance, result.Score);
        Assert.Equal(expected.Length, result.Documents.Count);

        // The head adds up what rounding leaves in 64 numbers; scores here are some hundredths apart.
        const float Tolerance = 2e-3f;
        Assert.All(result.Documents, d => Assert.InRange(d.Score, expected[d.Index] - Tolerance, expected[d.Index] + Tolerance));
        float lowest = float.PositiveInfinity;
        foreach (RankedDocument document in result.Documents)
        {
            Assert.True(expected[document.Index] <= lowest + (2 * Tolerance));
            lowest = Math.Min(lowest, expected[document.Index]);
        }

        Assert.Equal(result.Documents.Select(d => d.Score).OrderDescending(), result.Documents.Select(d => d.Score));
        Assert.Equal(Enumerable.Range(0, expected.Length), result.Documents.Select(d => d.Index).Order());
        Assert.True(expected.Distinct().Count() > 10);
    }
}
