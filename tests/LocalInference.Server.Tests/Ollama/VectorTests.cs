using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Server.Tests.Fakes;
using LocalInference.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace LocalInference.Server.Tests.Ollama;

/// <summary>Embeddings, ranking and tokens.</summary>
public sealed class VectorTests
{
    [Fact]
    public async Task Embed_gives_a_vector_for_each_text()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator());

        JsonElement several = (await server.PostAsync("/api/embed", """{"model":"chat","input":["a b","a b","c"],"dimensions":4}""")).Json;
        JsonElement one = (await server.PostAsync("/api/embed", """{"model":"chat","input":"a b"}""")).Json;

        Assert.Equal([4, 4, 4], several.GetProperty("embeddings").EnumerateArray().Select(static vector => vector.GetArrayLength()));
        Assert.Equal(several.GetProperty("embeddings")[0].GetRawText(), several.GetProperty("embeddings")[1].GetRawText());
        Assert.Equal(5, several.GetProperty("prompt_eval_count").GetInt32());
        Assert.Equal(8, Assert.Single(one.GetProperty("embeddings").EnumerateArray()).GetArrayLength());
    }

    [Theory]
    [InlineData("""{"model":"chat"}""")]
    [InlineData("""{"model":"chat","input":""}""")]
    [InlineData("""{"model":"chat","input":[]}""")]
    public async Task Nothing_to_embed_loads_the_model(string request)
    {
        var models = new FakeModels(FakeModels.Chat);
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator(), models);

        Assert.Empty((await server.PostAsync("/api/embed", request)).Json.GetProperty("embeddings").EnumerateArray());
        Assert.Equal(["load chat "], models.Changes, StringComparer.Ordinal);
    }

    [Fact]
    public async Task The_older_route_takes_one_text()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator());

        Assert.Equal(8, (await server.PostAsync("/api/embeddings", """{"model":"chat","prompt":"a b"}""")).Json.GetProperty("embedding").GetArrayLength());
        Assert.Equal(0, (await server.PostAsync("/api/embeddings", """{"model":"chat","prompt":""}""")).Json.GetProperty("embedding").GetArrayLength());
    }

    [Theory]
    [InlineData("/api/embed", "input")]
    [InlineData("/api/embeddings", "prompt")]
    public async Task Num_ctx_is_what_a_text_may_have(string path, string field)
    {
        var embedder = new ScriptedEmbedder(8);
        await using LoopbackServer server = await LoopbackServer.StartAsync(services => services.AddSingleton<IEmbedder>(embedder));

        await server.PostAsync(path, $$$"""{"model":"chat","{{{field}}}":"a b","options":{"num_ctx":3}}""");
        await server.PostAsync(path, $$$"""{"model":"chat","{{{field}}}":"a b"}""");

        Assert.Equal(new int?[] { 3, null }, embedder.Requests.Select(static request => request.ContextLength));
    }

    [Fact]
    public async Task Rerank_orders_documents_and_says_what_its_scores_are()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator());

        JsonElement answer = (await server.PostAsync("/api/rerank", """{"model":"chat","query":"q","documents":["a","ccc","bb"],"top_n":2}""")).Json;

        Assert.Equal([1, 2], answer.GetProperty("results").EnumerateArray().Select(static result => result.GetProperty("index").GetInt32()));
        Assert.Equal(3, answer.GetProperty("results")[0].GetProperty("relevance_score").GetSingle());
        Assert.Equal("cosine", answer.GetProperty("score").GetString());
    }

    [Fact]
    public async Task Tokens_go_there_and_back()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator());

        JsonElement with = (await server.PostAsync("/api/tokenize", """{"model":"chat","content":"Hi"}""")).Json;
        JsonElement without = (await server.PostAsync("/api/tokenize", """{"model":"chat","content":"Hi","add_special":false}""")).Json;

        Assert.Equal([1, 72, 105], with.GetProperty("tokens").EnumerateArray().Select(static token => token.GetInt32()));
        Assert.Equal(2, without.GetProperty("tokens").GetArrayLength());
        Assert.Equal("Hi", (await server.PostAsync("/api/detokenize", """{"model":"chat","tokens":[72,105]}""")).Json.GetProperty("content").GetString());
    }
}
