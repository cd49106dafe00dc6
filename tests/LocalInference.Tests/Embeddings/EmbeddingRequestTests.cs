using System.Numerics.Tensors;
using LocalInference.Abstractions;
using LocalInference.TestModels;

namespace LocalInference.Tests.Embeddings;

[Collection(ModelTests.Name)]
public sealed class EmbeddingRequestTests(ModelFixture fixture)
{
    [Fact]
    public async Task Vectors_have_the_length_1_unless_asked_otherwise()
    {
        LocalModel model = await fixture.ModelOf(TestModelSpec.Bert);
        EmbeddingRequest request = Vectors.Request(RandomTexts.Many(seed: 1, count: 20));

        float[][] normalized = await model.Embed(request);
        float[][] raw = await model.Embed(request with { Normalize = false });

        Assert.All(normalized, v => Assert.Equal(1, TensorPrimitives.Norm(v), 1e-5));
        Assert.All(raw, v => Assert.NotEqual(1, TensorPrimitives.Norm(v), 1e-2));
        Vectors.AssertAlike(normalized, raw);
    }

    [Fact]
    public async Task Dimensions_are_the_first_ones_normalized_anew()
    {
        LocalModel model = await fixture.ModelOf(TestModelSpec.Bert);
        EmbeddingRequest request = Vectors.Request(RandomTexts.Many(seed: 2, count: 20));
        float[][] whole = await model.Embed(request);

        foreach (int dimensions in new[] { 1, 7, 63, 64 })
        {
            float[][] cut = await model.Embed(request with { Dimensions = dimensions });

            for (int i = 0; i < cut.Length; i++)
            {
                Assert.Equal(dimensions, cut[i].Length);
                Assert.Equal(1, TensorPrimitives.Norm(cut[i]), 1e-5);
                Assert.True(Vectors.Cosine(Vectors.Normalized(whole[i][..dimensions]), cut[i]) > Vectors.Alike);
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(65)]
    public async Task Dimensions_out_of_range_are_refused(int dimensions)
    {
        LocalModel model = await fixture.ModelOf(TestModelSpec.Bert);

        GenerationException e = await Assert.ThrowsAsync<GenerationException>(() => model.Embed(Vectors.Request("a") with { Dimensions = dimensions }));

        Assert.Equal(("invalid_option", "64"), (e.Code, e.Limit));
    }

    [Theory]
    [InlineData("tiny-bert")]
    [InlineData("tiny-llama")]
    public async Task A_text_that_is_too_long_is_refused_with_both_numbers_or_cut_where_asked(string name)
    {
        TestModelSpec spec = TestModelSpec.AllTiny.Single(s => s.Name == name);
        LocalModel model = await fixture.ModelOf(spec);
        string text = RandomTexts.One(new Random(3), 200);
        int[] tokens = model.Tokenizer.Encode(text);
        EmbeddingRequest request = Vectors.Request("before", text, "after") with { Pooling = EmbeddingPooling.Mean };

        ContextLengthException e = await Assert.ThrowsAsync<ContextLengthException>(() => model.Embed(request));
        Assert.Equal(($"{tokens.Length}", $"{model.ContextLength}"), (e.Value, e.Limit));
        Assert.Contains("Text 1", e.Message, StringComparison.Ordinal);

        // What the tokenizer puts around the text stays.
        int begin = model.Tokenizer.IsControl(tokens[0]) ? 1 : 0;
        int end = model.Tokenizer.IsControl(tokens[^1]) ? 1 : 0;
        int kept = model.ContextLength - begin - end;
        int[][] cut = [[.. tokens[..(begin + kept)], .. tokens[^end..]], [.. tokens[..begin], .. tokens[^(kept + end)..]]];
        foreach ((TextTruncation truncation, int[] expected) in new[] { TextTruncation.End, TextTruncation.Start }.Zip(cut))
        {
            EmbeddingResult result = await model.EmbedAsync(request with { Truncation = truncation });

            Assert.Equal(model.ContextLength, result.Embeddings[1].TokenCount);
            Assert.Equal(tokens.Length - model.ContextLength, result.Embeddings[1].DroppedTokens);
            Assert.Equal(0, result.Embeddings[0].DroppedTokens);
            float[][] same = await model.Embed(new EmbeddingRequest { Inputs = [new EmbeddingInput(expected)], Pooling = EmbeddingPooling.Mean });
            Assert.True(Vectors.Cosine(same[0], result.Embeddings[1].Vector.ToArray()) > Vectors.Alike);
        }
    }

    [Fact]
    public async Task A_text_as_long_as_the_context_fits_and_one_more_token_does_not()
    {
        LocalModel model = await fixture.ModelOf(TestModelSpec.Bert);
        int[] tokens = [.. Enumerable.Range(0, model.ContextLength + 1).Select(i => (i % 300) + 10)];

        EmbeddingResult result = await model.EmbedAsync(new EmbeddingRequest { Inputs = [new EmbeddingInput(tokens.AsMemory(0, model.ContextLength))] });
        Assert.Equal(model.ContextLength, result.TokenCount);

        await Assert.ThrowsAsync<ContextLengthException>(() => model.Embed(new EmbeddingRequest { Inputs = [new EmbeddingInput(tokens)] }));
    }

    [Fact]
    public async Task A_request_may_take_less_than_the_model_and_never_more()
    {
        LocalModel model = await fixture.ModelOf(TestModelSpec.Bert);
        int[] tokens = [.. Enumerable.Range(0, model.ContextLength + 1).Select(static i => (i % 300) + 10)];
        EmbeddingRequest request = new() { Inputs = [new EmbeddingInput(tokens)], Truncation = TextTruncation.End };

        Assert.Equal(7, (await model.EmbedAsync(request with { ContextLength = 7 })).TokenCount);
        Assert.Equal(model.ContextLength, (await model.EmbedAsync(request with { ContextLength = int.MaxValue })).TokenCount);
        ContextLengthException e = await Assert.ThrowsAsync<ContextLengthException>(() => model.Embed(request with { ContextLength = 7, Truncation = TextTruncation.Error }));
        Assert.Equal("7", e.Limit);
        Assert.Equal("invalid_option", (await Assert.ThrowsAsync<GenerationException>(() => model.Embed(request with { ContextLength = 0 }))).Code);
    }

    [Fact]
    public async Task Unknown_tokens_are_refused()
    {
        LocalModel model = await fixture.ModelOf(TestModelSpec.Bert);
        foreach (int token in new[] { -1, TestModelSpec.Bert.VocabularySize, int.MaxValue })
        {
            GenerationException e = await Assert.ThrowsAsync<GenerationException>(() => model.Embed(new EmbeddingRequest { Inputs = [new EmbeddingInput(new[] { 5, token })] }));
            Assert.Equal("token_unknown", e.Code);
        }
    }

    [Fact]
    public async Task An_empty_text_is_the_tokens_that_the_model_puts_around_one()
    {
        LocalModel bert = await fixture.ModelOf(TestModelSpec.Bert);
        EmbeddingResult result = await bert.EmbedAsync(Vectors.Request("", "a"));
        Assert.Equal(2, result.Embeddings[0].TokenCount);
        Assert.Equal(1, TensorPrimitives.Norm(result.Embeddings[0].Vector.Span), 1e-5);

        LocalModel llama = await fixture.ModelOf(TestModelSpec.Llama);
        Assert.Equal(1, (await llama.EmbedAsync(Vectors.Request("") with { Pooling = EmbeddingPooling.Last })).Embeddings[0].TokenCount);

        // This vocabulary adds nothing.
        LocalModel qwen = await fixture.ModelOf(TestModelSpec.Qwen3);
        GenerationException e = await Assert.ThrowsAsync<GenerationException>(() => qwen.Embed(Vectors.Request("a", "") with { Pooling = EmbeddingPooling.Last }));
        Assert.Equal("text_empty", e.Code);
        Assert.Contains("Text 1", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_texts_give_no_vectors()
    {
        LocalModel model = await fixture.ModelOf(TestModelSpec.Bert);

        EmbeddingResult result = await model.EmbedAsync(Vectors.Request());

        Assert.Empty(result.Embeddings);
        Assert.Equal(0, result.TokenCount);
    }

    [Fact]
    public async Task Any_text_can_be_embedded()
    {
        LocalModel model = await fixture.ModelOf(TestModelSpec.Llama);
        string[] texts = ["\0", "\uD800", "👩‍👩‍👧‍👦", "مرحبا", "\n\t ", "ﷺ", "<s></s>", new string('a', 200)];

        EmbeddingResult result = await model.EmbedAsync(Vectors.Request(texts) with { Pooling = EmbeddingPooling.Mean, Truncation = TextTruncation.End });

        Assert.All(result.Embeddings, e => Assert.Equal(1, TensorPrimitives.Norm(e.Vector.Span), 1e-5));

        // A special token that a text spells is text.
        Assert.True(result.Embeddings[6].TokenCount > 3);
    }

    [Fact]
    public async Task A_thousand_texts_come_back_in_order_with_their_tokens_counted()
    {
        LocalModel model = await fixture.ModelOf(TestModelSpec.Bert);
        string[] texts = RandomTexts.Many(seed: 5, count: 1000);

        EmbeddingResult result = await model.EmbedAsync(Vectors.Request(texts));

        Assert.Equal(texts.Select(text => model.Tokenizer.Encode(text).Length), result.Embeddings.Select(e => e.TokenCount));
        Assert.Equal(result.Embeddings.Sum(e => (long)e.TokenCount), result.TokenCount);
        foreach (int i in new[] { 0, 1, 499, 500, 998, 999 })
        {
            float[][] alone = await model.Embed(Vectors.Request(texts[i]));
            Assert.True(Vectors.Cosine(alone[0], result.Embeddings[i].Vector.ToArray()) > Vectors.Alike);
        }
    }

    [Fact]
    public async Task A_model_that_generates_takes_the_last_token_where_its_file_says_nothing()
    {
        LocalModel model = await fixture.ModelOf(TestModelSpec.Qwen3);
        EmbeddingRequest request = Vectors.Request("the little girl", "a dog");

        Assert.Equal(await model.Embed(request with { Pooling = EmbeddingPooling.Last }), await model.Embed(request));
    }

    [Fact]
    public async Task An_encoder_whose_file_names_no_pooling_is_to_be_told_one()
    {
        string file = ModelVariant.Write(fixture.FileOf(TestModelSpec.Bert), Path.GetTempFileName(), metadata => metadata.Set("bert.pooling_type", 0u));
        await using LocalModel model = await LocalModel.LoadAsync(file);

        GenerationException e = await Assert.ThrowsAsync<GenerationException>(() => model.Embed(Vectors.Request("a")));

        Assert.Equal("pooling_missing", e.Code);
        Assert.Single(await model.Embed(Vectors.Request("a") with { Pooling = EmbeddingPooling.Mean }));
        File.Delete(file);
    }

    [Fact]
    public async Task Pooling_comes_from_the_file_unless_asked_otherwise()
    {
        string file = ModelVariant.Write(fixture.FileOf(TestModelSpec.Qwen3), Path.GetTempFileName(), metadata => metadata.Set("qwen3.pooling_type", 3u));
        await using LocalModel model = await LocalModel.LoadAsync(file);
        EmbeddingRequest request = Vectors.Request("the little girl", "a dog");

        float[][] own = await model.Embed(request);

        Assert.Equal(await model.Embed(request with { Pooling = EmbeddingPooling.Last }), own);
        Assert.True(Vectors.Cosine(own[0], (await model.Embed(request with { Pooling = EmbeddingPooling.Mean }))[0]) < 0.999f);
        File.Delete(file);
    }

    [Fact]
    public async Task The_answer_names_the_model_and_the_embedder_its_dimensions()
    {
        LocalModel model = await fixture.ModelOf(TestModelSpec.Bert);
        IEmbedder embedder = model;

        Assert.Equal((64, "tiny-bert", "localinference"), (embedder.Metadata.DefaultDimensions, embedder.Metadata.DefaultModel, embedder.Metadata.ProviderName));
        Assert.Equal("tiny-bert", (await embedder.EmbedAsync(Vectors.Request("a"))).Model);
        Assert.Equal("mine", (await embedder.EmbedAsync(Vectors.Request("a") with { Model = "mine" })).Model);
    }
}
