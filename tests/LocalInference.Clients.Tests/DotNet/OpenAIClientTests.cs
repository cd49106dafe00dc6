using System.ClientModel;
using System.Text.Json;
using LocalInference.Clients.Tests.Server;
using OpenAI;
using OpenAI.Chat;
using OpenAI.Embeddings;

namespace LocalInference.Clients.Tests.DotNet;

/// <summary>OpenAI's own client for .NET.</summary>
public sealed class OpenAIClientTests(ModelServer server) : IClassFixture<ModelServer>
{
    private static readonly ChatTool s_tool = ChatTool.CreateFunctionTool("note_place", "Notes a place.", BinaryData.FromString(Place.Schema));

    private OpenAIClient Client => new(new ApiKeyCredential("none"), new OpenAIClientOptions { Endpoint = new Uri(server.Address, "/v1") });

    private ChatClient Chat => Client.GetChatClient("chat");

    [Fact]
    public async Task It_chats()
    {
        ChatCompletion answer = await Chat.CompleteChatAsync("Hi");

        Assert.Equal((Place.Text, ChatFinishReason.Stop), (Assert.Single(answer.Content).Text, answer.FinishReason));
        Assert.True(answer.Usage.OutputTokenCount > 0);
    }

    [Fact]
    public async Task It_streams()
    {
        string said = "";
        await foreach (StreamingChatCompletionUpdate update in Chat.CompleteChatStreamingAsync("Hi"))
        {
            said += string.Concat(update.ContentUpdate.Select(static part => part.Text));
        }

        Assert.Equal(Place.Text, said);
    }

    [Fact]
    public async Task It_calls_tools()
    {
        List<ChatMessage> messages = [new UserChatMessage("Hi")];
        ChatCompletion called = await Chat.CompleteChatAsync(messages, new ChatCompletionOptions { Tools = { s_tool } });
        ChatToolCall call = Assert.Single(called.ToolCalls);
        Assert.Equal((ChatFinishReason.ToolCalls, "note_place"), (called.FinishReason, call.FunctionName));
        Place.AssertIs(JsonElement.Parse(call.FunctionArguments.ToString()));

        messages.AddRange([new AssistantChatMessage(called), new ToolChatMessage(call.Id, "noted")]);
        ChatCompletion answer = await Chat.CompleteChatAsync(messages, new ChatCompletionOptions { Tools = { s_tool } });

        Assert.Equal(Place.Text, Assert.Single(answer.Content).Text);
    }

    [Fact]
    public async Task It_keeps_to_a_schema()
    {
        var options = new ChatCompletionOptions { ResponseFormat = ChatResponseFormat.CreateJsonSchemaFormat("place", BinaryData.FromString(Place.Schema), jsonSchemaIsStrict: true) };

        ChatCompletion answer = await Chat.CompleteChatAsync([new UserChatMessage("Hi")], options);

        Place.AssertIs(JsonElement.Parse(Assert.Single(answer.Content).Text));
    }

    [Fact]
    public async Task It_embeds()
    {
        OpenAIEmbeddingCollection vectors = await Client.GetEmbeddingClient("embed").GenerateEmbeddingsAsync(["the cat", "a dog"]);

        Assert.Equal(2, vectors.Count);
        Assert.True(vectors[0].ToFloats().Length > 0);
    }

    [Fact]
    public async Task It_lists_models() =>
        Assert.Equal(["chat", "embed"], (await Client.GetOpenAIModelClient().GetModelsAsync()).Value.Select(static model => model.Id).Order(StringComparer.Ordinal), StringComparer.Ordinal);

    [Fact]
    public async Task It_understands_errors()
    {
        ClientResultException error = await Assert.ThrowsAsync<ClientResultException>(() => Client.GetChatClient("nobody").CompleteChatAsync("Hi"));

        Assert.Equal(404, error.Status);
        Assert.Contains("model 'nobody' not found", error.Message, StringComparison.Ordinal);
    }
}
