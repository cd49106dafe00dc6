using System.Text.Json;

namespace LocalInference.Text.Tests.Parsing;

/// <summary>The templates of this library's own, from a call in a conversation to the call in an answer.</summary>
public sealed class PublishedFamilyTests
{
    private static readonly ChatTool s_tool = new("look", "Looks", JsonElement.Parse("""{"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}"""));

    public static TheoryData<string> Names => [.. PublishedTemplates.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_call_is_read_back_as_it_was_shown(string name)
    {
        ChatTemplate template = ChatTemplate.FromJinja(PublishedTemplates.Find(name)!.Source);
        ChatMessage asked = new() { Role = "user", Content = "Where?" };
        ChatMessage called = new() { Role = "assistant", Content = "", ToolCalls = [new("look", """{"city": "Rome"}""", "call00001")] };
        string before = Render(template, asked);
        string whole = Render(template, asked, called);
        Assert.StartsWith(before, whole, StringComparison.Ordinal);

        // With the head of the answer before it, which is content here.
        ChatMessage read = ChatParser.Parse(ChatFormatDetector.Detect(template), new ChatParserOptions { Tools = [s_tool] }, whole[before.Length..]);

        ChatToolCall call = Assert.Single(read.ToolCalls);
        using JsonDocument arguments = JsonDocument.Parse(call.Arguments);
        Assert.Equal("look", call.Name);
        Assert.Equal("Rome", arguments.RootElement.GetProperty("city").GetString());
    }

    private static string Render(ChatTemplate template, params ChatMessage[] messages) =>
        template.Render(new ChatPromptRequest { Messages = messages, Tools = [s_tool], AddGenerationPrompt = false, Now = DateTimeOffset.UnixEpoch }).Text;
}
