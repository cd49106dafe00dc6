using LocalInference.Abstractions;
using LocalInference.Gguf;
using LocalInference.Native;
using LocalInference.TestModels;

namespace LocalInference.Tests.Embeddings;

[Collection(ModelTests.Name)]
public sealed class PackingTests(ModelFixture fixture)
{
    public static TheoryData<string, EmbeddingPooling> ModelsAndPoolings()
    {
        var data = new TheoryData<string, EmbeddingPooling>();
        foreach (string name in new[] { "tiny-bert", "tiny-qwen3", "tiny-llama", "tiny-gemma2", "tiny-gemma3", "tiny-phi3" })
        {
            foreach (EmbeddingPooling pooling in Enum.GetValues<EmbeddingPooling>())
            {
                data.Add(name, pooling);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(ModelsAndPoolings))]
    public async Task Texts_packed_together_get_the_vectors_that_llama_cpp_gives_each_alone(string name, EmbeddingPooling pooling)
    {
        TestModelSpec spec = TestModelSpec.AllTiny.Single(s => s.Name == name);
        LocalModel model = await fixture.ModelOf(spec);
        string[] texts = RandomTexts.Many(seed: 11, count: 60);

        float[][] vectors = await model.Embed(Vectors.Request(texts) with { Pooling = pooling });

        Vectors.AssertAlike(Reference(spec, pooling, model, texts), vectors);
        Assert.True(vectors.Distinct().Count() == texts.Length);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(GgufTensorType.F16)]
    public async Task Half_precision_changes_little_more(GgufTensorType? weights)
    {
        TestModelSpec spec = TestModelSpec.Bert with { Name = $"bert-{weights}", WeightType = weights ?? GgufTensorType.F32 };
        LocalModel model = await fixture.ModelOf(spec);
        string[] texts = RandomTexts.Many(seed: 12, count: 40);

        float[][] vectors = await model.Embed(Vectors.Request(texts));

        float[][] expected = Reference(spec, EmbeddingPooling.Mean, model, texts);
        Assert.All(texts.Select((_, i) => Vectors.Cosine(expected[i], vectors[i])), cosine => Assert.InRange(cosine, weights is null ? Vectors.Alike : 0.9999f, 1.0001f));
    }

    [Fact]
    public async Task A_text_longer_than_a_step_is_computed_in_parts_beside_short_ones()
    {
        TestModelSpec spec = TestModelSpec.Qwen3 with { Name = "long-qwen3", ContextLength = 2048 };
        LocalModel model = await fixture.ModelOf(spec);
        string[] texts = [.. RandomTexts.Many(seed: 13, count: 30), RandomTexts.One(new Random(1), 300), RandomTexts.One(new Random(2), 180), RandomTexts.One(new Random(3), 250)];
        Assert.True(model.Tokenizer.Encode(texts[30]).Length > 512);
        foreach (EmbeddingPooling pooling in Enum.GetValues<EmbeddingPooling>())
        {
            float[][] vectors = await model.Embed(Vectors.Request(texts) with { Pooling = pooling });

            Vectors.AssertAlike(Reference(spec, pooling, model, texts), vectors, Vectors.AlikeWhenLong);
        }
    }

    [Fact]
    public async Task An_encoder_takes_a_text_as_long_as_its_context_at_once()
    {
        TestModelSpec spec = TestModelSpec.Bert with { Name = "long-bert", ContextLength = 1024 };
        LocalModel model = await fixture.ModelOf(spec);
        string[] texts = ["short", RandomTexts.One(new Random(4), 400), .. RandomTexts.Many(seed: 14, count: 20), RandomTexts.One(new Random(5), 150)];
        Assert.InRange(model.Tokenizer.Encode(texts[1]).Length, 513, 1024);

        float[][] vectors = await model.Embed(Vectors.Request(texts));

        Vectors.AssertAlike(Reference(spec, EmbeddingPooling.Mean, model, texts), vectors);
    }

    [Fact]
    public async Task Random_requests_of_several_callers_get_the_vectors_of_each_text_alone()
    {
        TestModelSpec spec = TestModelSpec.Qwen3 with { Name = "shared-qwen3", ContextLength = 1024 };
        await using LocalModel model = await LocalModel.LoadAsync(fixture.FileOf(spec), new LocalModelOptions { BatchSize = 64 });
        var random = new Random(99);
        for (int round = 0; round < 12; round++)
        {
            EmbeddingPooling pooling = Enum.GetValues<EmbeddingPooling>()[random.Next(3)];
            string[][] requests = [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => RandomTexts.Many(random.Next(), random.Next(1, 25), 1, random.Next(2, 120)))];

            float[][][] vectors = await Task.WhenAll(requests.Select((texts, i) => model.Embed(Vectors.Request(texts) with { Pooling = pooling, Caller = $"{i}" })));

            for (int i = 0; i < requests.Length; i++)
            {
                Vectors.AssertAlike(Reference(spec, pooling, model, requests[i]), vectors[i], Vectors.AlikeWhenLong);
            }
        }
    }

    [Fact]
    public async Task Many_texts_share_a_step()
    {
        await using LocalModel model = await LocalModel.LoadAsync(fixture.FileOf(TestModelSpec.Bert));
        string[] texts = RandomTexts.Many(seed: 15, count: 400, 1, 3);

        EmbeddingResult result = await model.EmbedAsync(Vectors.Request(texts));

        // 256 rows a step; the last one is rarely full.
        long fewest = (result.TokenCount + 255) / 256;
        Assert.InRange(model.Embeddings.Engine!.Steps, fewest, fewest + 2);
    }

    private float[][] Reference(TestModelSpec spec, EmbeddingPooling pooling, LocalModel model, string[] texts)
    {
        using var reference = new EmbeddingReference(fixture.FileOf(spec), (llama_pooling_type)(1 + (int)pooling), spec.ContextLength);
        return [.. texts.Select(text => reference.Embed(model.Tokenizer.Encode(text)))];
    }
}
