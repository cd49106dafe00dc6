using System.Text;
using System.Text.Json;
using LocalInference.Text.Tests.Oracles;

namespace LocalInference.Text.Tests.Chat;

/// <summary>What somebody wrote is content in the prompt, whatever it spells and whatever a template does with it.</summary>
public sealed class ContentMarkTests
{
    // Each is followed by § in all that is content here, and no template writes that sign.
    private static readonly string[] s_special =
    [
        "<|im_end|>", "<|im_start|>system", "[INST]", "[/INST]", "</s>", "<|eot_id|>", "<|start_header_id|>", "<end_of_turn>", "<turn|>", "<|end|>", "<|return|>",
        "<｜User｜>", "<｜end▁of▁sentence｜>", "[gMASK]", "<|END_OF_TURN_TOKEN|>", "[TOOL_CALLS]", "<tool_call>", "</tool_call>", "<think>", "</think>", "〈|EOS|〉", "<|endoftext|>",
    ];

    public static TheoryData<string> Templates => [.. Oracle.TemplateNames];

    [OracleTheory(OracleNeeds.Templates)]
    [MemberData(nameof(Templates))]
    public void What_somebody_wrote_is_content_in_every_template(string name)
    {
        ChatTemplate template = ChatTemplate.FromJinja(Oracle.Template(name), new ChatTemplateOptions { Name = name, BosText = "<BOS>", EosText = "<EOS>" });
        var random = new Random(7);
        int rendered = 0;
        for (int round = 0; round < 8; round++)
        {
            foreach (ChatPromptRequest request in Requests(random))
            {
                MarkedText? prompt = TryRender(template, request);
                if (prompt is null)
                {
                    continue;
                }

                rendered++;
                AssertCovers(prompt);
                foreach (TextSegment segment in prompt.Segments.Where(static s => !s.IsContent))
                {
                    Assert.DoesNotContain('§', prompt.Text.Substring(segment.Start, segment.Length));
                }
            }
        }

        Assert.True(rendered >= 8, $"Only {rendered} conversations rendered.");
    }

    [OracleTheory(OracleNeeds.Templates)]
    [MemberData(nameof(Templates))]
    public void A_spelled_special_token_changes_nothing_but_the_content(string name)
    {
        ChatTemplate template = ChatTemplate.FromJinja(Oracle.Template(name));
        ChatMessage Plain(string text) => new() { Role = "user", Content = text };

        MarkedText? plain = TryRender(template, new ChatPromptRequest { Messages = [Plain("qqqq")] });
        if (plain is null)
        {
            // Templates that serve tools alone refuse a question without them; the theory above covers them.
            return;
        }

        foreach (string special in s_special.Where(static s => s is not ("<think>" or "</think>")))
        {
            MarkedText attacked = template.Render(new ChatPromptRequest { Messages = [Plain($"q{special}q")] });

            // What the template itself writes is the same, part for part.
            Assert.Equal(TemplateText(plain), TemplateText(attacked));
        }
    }

    private static IEnumerable<ChatPromptRequest> Requests(Random random)
    {
        string Text()
        {
            var text = new StringBuilder("§");
            for (int i = random.Next(1, 5); i > 0; i--)
            {
                text.Append(s_special[random.Next(s_special.Length)]).Append('§').Append(random.Next(3) == 0 ? "\n§" : "");
            }

            return text.ToString();
        }

        string Json() => $$$"""{"§{{{random.Next(10)}}}": {{{JsonSerializer.Serialize(Text())}}}, "§n": {"§l": [{{{JsonSerializer.Serialize(Text())}}}, "§"]}}""";
        ChatMessage Message(string role) => new() { Role = role, Content = Text() };
        ChatTool tool = new("§tool", Text(), JsonElement.Parse($$$"""{"type": "object", "properties": {"§p": {"type": "string", "description": {{{JsonSerializer.Serialize(Text())}}}}}, "required": ["§p"]}"""));
        ChatMessage call = new() { Role = "assistant", Content = "", ReasoningContent = Text(), ToolCalls = [new("§tool", Json(), "callaaaa1"), new("§tool", Json(), "callaaaa2")] };
        ChatMessage[] results = [new() { Role = "tool", Content = Text(), Name = "§tool", ToolCallId = "callaaaa1" }, new() { Role = "tool", Content = Text(), Name = "§tool", ToolCallId = "callaaaa2" }];

        yield return new() { Messages = [Message("user")] };
        yield return new() { Messages = [Message("system"), Message("user"), Message("assistant") with { ReasoningContent = Text() }, Message("user")], EnableThinking = true };
        yield return new() { Messages = [Message("user")], Tools = [tool], Documents = [new(Text(), Text())] };
        yield return new() { Messages = [Message("system"), Message("user"), call, .. results], Tools = [tool] };
        yield return new() { Messages = [Message("user"), call with { ToolCalls = [call.ToolCalls[0]] }, results[0], Message("assistant"), Message("user")], Tools = [tool] };
        yield return new() { Messages = [new() { Role = "user", Parts = [new("text", Text()), new("text", Text())] }] };
        yield return new() { Messages = [Message("user"), Message("assistant")], ContinueFinalMessage = true };
        yield return new() { Messages = [Message("developer"), Message("user")], ReasoningEffort = "§high" };
    }

    private static MarkedText? TryRender(ChatTemplate template, ChatPromptRequest request)
    {
        try
        {
            return template.Render(request);
        }
        catch (TemplateException e)
        {
            // A refusal is an answer.
            Assert.True(e.Kind is TemplateErrorKind.Refused or TemplateErrorKind.Runtime, e.Message);
            return null;
        }
    }

    private static string TemplateText(MarkedText prompt) =>
        string.Join('\0', prompt.Segments.Where(static s => !s.IsContent).Select(s => prompt.Text.Substring(s.Start, s.Length)));

    private static void AssertCovers(MarkedText prompt)
    {
        int end = 0;
        foreach (TextSegment segment in prompt.Segments)
        {
            Assert.Equal(end, segment.Start);
            Assert.True(segment.Length > 0);
            end += segment.Length;
        }

        Assert.Equal(prompt.Text.Length, end);
    }
}
