using System.Text.Json;
using Anthropic;
using Anthropic.Exceptions;
using Anthropic.Models.Messages;
using LocalInference.Clients.Tests.Server;
using Microsoft.Extensions.AI;

namespace LocalInference.Clients.Tests.DotNet;

/// <summary>Anthropic's own client for .NET, and the chat client that comes with it.</summary>
public sealed class AnthropicClientTests(ModelServer server) : IClassFixture<ModelServer>
{
    private AnthropicClient Client => new() { ApiKey = "none", BaseUrl = server.Address.GetLeftPart(UriPartial.Authority), MaxRetries = 0 };

    private IChatClient Chat => Client.AsIChatClient("chat", 200);

    [Fact]
    public async Task It_chats()
    {
        Message message = await Client.Messages.Create(Hello("chat"));

        Assert.True(Assert.Single(message.Content).TryPickText(out TextBlock? text));
        Assert.Equal(Place.Text, text.Text);
        Assert.True(message.Usage.OutputTokens > 0);
    }

    [Fact]
    public async Task It_streams()
    {
        string said = "";
        await foreach (RawMessageStreamEvent e in Client.Messages.CreateStreaming(Hello("chat")))
        {
            if (e.TryPickContentBlockDelta(out RawContentBlockDeltaEvent? delta) && delta.Delta.TryPickText(out TextDelta? text))
            {
                said += text.Text;
            }
        }

        Assert.Equal(Place.Text, said);
    }

    [Fact]
    public async Task It_calls_tools()
    {
        var options = new ChatOptions { Tools = [AIFunctionFactory.CreateDeclaration("note_place", "Notes a place.", JsonElement.Parse(Place.Schema))] };
        List<ChatMessage> messages = [new(ChatRole.User, "Hi")];
        ChatResponse called = await Chat.GetResponseAsync(messages, options);
        FunctionCallContent call = Assert.Single(called.Messages.SelectMany(static message => message.Contents).OfType<FunctionCallContent>());
        Assert.Equal(("note_place", ChatFinishReason.ToolCalls), (call.Name, called.FinishReason));
        Place.AssertIs(JsonSerializer.SerializeToElement(call.Arguments));

        messages.AddRange([.. called.Messages, new ChatMessage(ChatRole.Tool, [new FunctionResultContent(call.CallId, "noted")])]);

        Assert.Equal(Place.Text, (await Chat.GetResponseAsync(messages, options)).Text);
    }

    [Fact]
    public async Task It_keeps_to_a_schema()
    {
        ChatResponse answer = await Chat.GetResponseAsync("Hi", new ChatOptions { ResponseFormat = ChatResponseFormat.ForJsonSchema(JsonElement.Parse(Place.Schema), "place") });

        Place.AssertIs(JsonElement.Parse(answer.Text));
    }

    [Fact]
    public async Task It_understands_errors()
    {
        AnthropicNotFoundException error = await Assert.ThrowsAsync<AnthropicNotFoundException>(() => Client.Messages.Create(Hello("nobody")));

        Assert.Contains("model 'nobody' not found", error.Message, StringComparison.Ordinal);
    }

    private static MessageCreateParams Hello(string model) => new() { MaxTokens = 200, Messages = [new UserMessageParam("Hi")], Model = model };
}
