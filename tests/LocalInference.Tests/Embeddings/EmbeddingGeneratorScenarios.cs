using System.Numerics.Tensors;
using LocalInference.Abstractions;
using LocalInference.TestModels;
using Microsoft.Extensions.AI;

namespace LocalInference.Tests.Embeddings;

/// <summary>The scenarios of Microsoft.Extensions.AI's own integration tests for embedding generators, on the engine.</summary>
[Collection(ModelTests.Name)]
public sealed class EmbeddingGeneratorScenarios(ModelFixture fixture)
{
    [Fact]
    public async Task One_text_has_one_vector()
    {
        using IEmbeddingGenerator<string, Embedding<float>> generator = (await fixture.ModelOf(TestModelSpec.Bert)).AsIEmbeddingGenerator();

        ReadOnlyMemory<float> vector = await generator.GenerateVectorAsync("a dog in the park");

        Assert.Equal(64, vector.Length);
        Assert.Equal(1, TensorPrimitives.Norm(vector.Span), 1e-5);
    }

    [Fact]
    public async Task Many_texts_have_many_vectors_and_a_sum_of_tokens()
    {
        LocalModel model = await fixture.ModelOf(TestModelSpec.Bert);
        using IEmbeddingGenerator<string, Embedding<float>> generator = model.AsIEmbeddingGenerator();
        string[] texts = ["a dog in the park", "the sun", "a dog in the park"];

        GeneratedEmbeddings<Embedding<float>> embeddings = await generator.GenerateAsync(texts);

        Assert.Equal(3, embeddings.Count);
        int tokens = texts.Sum(text => model.Tokenizer.Encode(text).Length);
        Assert.Equal((tokens, tokens), (embeddings.Usage!.InputTokenCount, embeddings.Usage.TotalTokenCount));
        Assert.All(embeddings, static embedding =>
        {
            Assert.Equal("tiny-bert", embedding.ModelId);
            Assert.NotNull(embedding.CreatedAt);
            Assert.Equal(64, embedding.Dimensions);
            Assert.Null(embedding.AdditionalProperties);
        });
        Assert.True(Vectors.Cosine(embeddings[0].Vector.ToArray(), embeddings[2].Vector.ToArray()) > Vectors.Alike);
        Assert.NotEqual(embeddings[0].Vector.ToArray(), embeddings[1].Vector.ToArray());
    }

    [Fact]
    public async Task A_text_that_was_cut_says_so()
    {
        LocalModel model = await fixture.ModelOf(TestModelSpec.Bert);
        using IEmbeddingGenerator<string, Embedding<float>> generator = model.AsIEmbeddingGenerator();
        string text = RandomTexts.One(new Random(3), 200);
        var options = new EmbeddingGenerationOptions { RawRepresentationFactory = static _ => new EmbeddingRequest { Inputs = [], Truncation = TextTruncation.End } };

        GeneratedEmbeddings<Embedding<float>> embeddings = await generator.GenerateAsync(["short", text], options);

        Assert.Null(embeddings[0].AdditionalProperties);
        Assert.Equal(model.Tokenizer.Encode(text).Length - model.ContextLength, embeddings[1].AdditionalProperties![EmbeddingPropertyNames.DroppedTokens]);
    }

    [Fact]
    public async Task What_a_cache_keeps_is_not_computed_again()
    {
        LocalModel model = await fixture.ModelOf(TestModelSpec.Bert);
        using var cache = new RememberingGenerator(model.AsIEmbeddingGenerator());

        GeneratedEmbeddings<Embedding<float>> first = await cache.GenerateAsync(["a dog", "the sun"]);
        long steps = model.Embeddings.Engine!.Steps;
        GeneratedEmbeddings<Embedding<float>> second = await cache.GenerateAsync(["the sun", "a dog"]);

        Assert.Equal(steps, model.Embeddings.Engine.Steps);
        Assert.Equal(2, cache.Hits);
        Assert.Same(first[0], second[1]);
        Assert.Same(first[1], second[0]);
    }

    private sealed class RememberingGenerator(IEmbeddingGenerator<string, Embedding<float>> generator) : DelegatingEmbeddingGenerator<string, Embedding<float>>(generator)
    {
        private readonly Dictionary<string, Embedding<float>> _known = new(StringComparer.Ordinal);

        public int Hits { get; private set; }

        public override async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
        {
            string[] texts = [.. values];
            string[] missing = [.. texts.Where(text => !_known.ContainsKey(text)).Distinct(StringComparer.Ordinal)];
            Hits += texts.Length - missing.Length;
            if (missing.Length > 0)
            {
                foreach ((string text, Embedding<float> embedding) in missing.Zip(await base.GenerateAsync(missing, options, cancellationToken)))
                {
                    _known[text] = embedding;
                }
            }

            return new(texts.Select(text => _known[text]));
        }
    }
}
