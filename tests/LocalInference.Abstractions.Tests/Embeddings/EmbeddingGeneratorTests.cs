using LocalInference.Testing;
using Microsoft.Extensions.AI;

namespace LocalInference.Abstractions.Tests.Embeddings;

public sealed class EmbeddingGeneratorTests
{
    [Fact]
    public async Task One_vector_comes_for_each_text_in_order()
    {
        IEmbeddingGenerator<string, Embedding<float>> generator = new ScriptedEmbedder(16).AsIEmbeddingGenerator();

        GeneratedEmbeddings<Embedding<float>> embeddings = await generator.GenerateAsync(["red apple", "blue", "red apple"]);

        Assert.Equal(3, embeddings.Count);
        Assert.Equal(embeddings[0].Vector.ToArray(), embeddings[2].Vector.ToArray());
        Assert.NotEqual(embeddings[0].Vector.ToArray(), embeddings[1].Vector.ToArray());
        Assert.All(embeddings, static embedding =>
        {
            Assert.Equal(16, embedding.Dimensions);
            Assert.Equal("script", embedding.ModelId);
            Assert.NotNull(embedding.CreatedAt);
        });
        Assert.Equal((5, 5), (embeddings.Usage!.InputTokenCount, embeddings.Usage.TotalTokenCount));
    }

    [Fact]
    public async Task No_texts_give_no_vectors() => Assert.Empty(await new ScriptedEmbedder().AsIEmbeddingGenerator().GenerateAsync([]));

    [Fact]
    public async Task A_single_vector_is_one_call() => Assert.Equal(64, (await new ScriptedEmbedder().AsIEmbeddingGenerator().GenerateVectorAsync("x")).Length);

    [Fact]
    public async Task Dimensions_and_model_are_asked_for()
    {
        var embedder = new ScriptedEmbedder(32);

        GeneratedEmbeddings<Embedding<float>> embeddings = await embedder.AsIEmbeddingGenerator().GenerateAsync(
            ["x"],
            new EmbeddingGenerationOptions { Dimensions = 8, ModelId = "m" });

        Assert.Equal((8, "m"), (embeddings[0].Dimensions, embeddings[0].ModelId));
    }

    [Fact]
    public async Task A_raw_request_says_the_rest()
    {
        var embedder = new ScriptedEmbedder();

        await embedder.AsIEmbeddingGenerator().GenerateAsync(["x"], new EmbeddingGenerationOptions
        {
            Dimensions = 4,
            RawRepresentationFactory = static _ => new EmbeddingRequest { Inputs = [], Truncation = TextTruncation.End, Pooling = EmbeddingPooling.Last },
        });

        EmbeddingRequest request = Assert.Single(embedder.Requests);
        Assert.Equal((TextTruncation.End, EmbeddingPooling.Last, 4), (request.Truncation, request.Pooling, request.Dimensions));
        Assert.Equal("x", Assert.Single(request.Inputs).Text);
    }

    [Fact]
    public void Its_metadata_is_the_embedders()
    {
        var embedder = new ScriptedEmbedder(48);
        IEmbeddingGenerator<string, Embedding<float>> generator = embedder.AsIEmbeddingGenerator();

        EmbeddingGeneratorMetadata metadata = generator.GetService<EmbeddingGeneratorMetadata>()!;

        Assert.Equal(("scripted", "script", 48), (metadata.ProviderName, metadata.DefaultModelId, metadata.DefaultModelDimensions));
        Assert.Same(embedder, generator.GetService<IEmbedder>());
        Assert.Null(generator.GetService<string>());
    }

    [Fact]
    public async Task Errors_and_cancelling_come_through()
    {
        IEmbeddingGenerator<string, Embedding<float>> generator = new ScriptedEmbedder(8).AsIEmbeddingGenerator();

        await Assert.ThrowsAsync<GenerationException>(() => generator.GenerateAsync(["x"], new EmbeddingGenerationOptions { Dimensions = 9 }));
        await Assert.ThrowsAsync<OperationCanceledException>(() => generator.GenerateAsync(["x"], cancellationToken: new CancellationToken(canceled: true)));
        await Assert.ThrowsAsync<ArgumentNullException>(() => generator.GenerateAsync((IEnumerable<string>)null!));
    }

    [Fact]
    public void A_text_is_an_input()
    {
        EmbeddingRequest request = new() { Inputs = ["a", new EmbeddingInput(new[] { 1, 2 })] };

        Assert.Equal("a", request.Inputs[0].Text);
        Assert.Null(request.Inputs[1].Text);
        Assert.Equal([1, 2], request.Inputs[1].Tokens.ToArray());
    }
}
