using LocalInference.Abstractions;
using LocalInference.Testing;
using Microsoft.Extensions.AI;

namespace Example;

public sealed class WeatherAssistantTests
{
    [Fact]
    public async Task It_asks_for_the_weather_and_says_what_it_heard()
    {
        // The script: first a call, then, once the result is there, a sentence.
        var generator = new ScriptedTextGenerator(
            ScriptedAnswer.Call("get_weather", """{"city":"Oslo"}""", callId: "c1"),
            ScriptedAnswer.Think("It rains.").ThenSay("Take an umbrella."));
        using IChatClient client = generator.AsIChatClient();

        // What an application would do.
        List<ChatMessage> conversation = [new(ChatRole.User, "Do I need an umbrella in Oslo?")];
        conversation.AddRange((await client.GetResponseAsync(conversation)).Messages);
        conversation.Add(new ChatMessage(ChatRole.Tool, [new FunctionResultContent("c1", "rain")]));
        ChatResponse answer = await client.GetResponseAsync(conversation);

        // What it should have done.
        Assert.Equal("Take an umbrella.", answer.Text);
        Assert.Equal(3, ((ChatInput)generator.Requests[1].Input).Messages.Count);
    }
}
