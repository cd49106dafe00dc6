using LocalInference.Abstractions;
using LocalInference.Tests.Chat;
using Microsoft.Extensions.AI;

namespace LocalInference.Tests.Hosting;

public sealed class ModelDefaultsTests
{
    [Fact]
    public void A_recipes_messages_come_first_unless_tokens_of_an_earlier_answer_do()
    {
        ModelDefaults defaults = new() { System = "Be brief.", Messages = [new(ChatRole.User, "1"), new(ChatRole.Assistant, "2")] };
        ChatInput chat = Answers.Chat("3");

        Assert.Equal("Be brief.|1|2|3", Filled(chat));
        Assert.Equal("Be brief.|3", Filled(chat with { PrecedingTokens = new[] { 7 } }));

        // Without a template nothing is asked of the model.
        string Filled(ChatInput input) => string.Join('|', ((ChatInput)defaults.Fill(Answers.Ask(input), model: null!).Input).Messages.Select(static message => message.Text));
    }
}
