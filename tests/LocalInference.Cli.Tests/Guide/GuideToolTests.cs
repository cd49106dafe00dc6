using System.Text.Json;
using LocalInference.Guide;
using LocalInference.Text;

namespace LocalInference.Cli.Tests.Guide;

/// <summary>The guide's requests, and the calls that its chat template makes of them.</summary>
public sealed class GuideToolTests
{
    private static readonly JsonElement s_definition = GuideFolder.Corpus.Tool;

    [Fact]
    public void Templates_name_the_model() =>
        Assert.All(
            [.. GuideFolder.Corpus.Tools.Requests, .. GuideFolder.Corpus.Tools.HowTo.Wordings, .. GuideFolder.Corpus.Tools.HowTo.HeldOut.Select(static question => question.Wording), .. GuideFolder.Corpus.Tools.Results.Select(static outcome => outcome.Answer)],
            static template => Assert.Contains(GuideTools.Name, template, StringComparison.Ordinal));

    [Fact]
    public void Requests_are_distinct()
    {
        IEnumerable<string> requests = [.. GuideFolder.Corpus.Tools.Requests, .. GuideFolder.Corpus.Tools.HowTo.Wordings, .. GuideFolder.Corpus.Tools.HowTo.HeldOut.Select(static question => question.Wording)];
        Assert.DoesNotContain(requests.CountBy(static request => request, StringComparer.Ordinal), static request => request.Value > 1);
    }

    [Fact]
    public void Held_out_names_are_in_their_requests_and_in_no_training()
    {
        HashSet<string> known = Names().ToHashSet(StringComparer.Ordinal);
        Assert.True(known.Count > 1000);
        Assert.All(GuideFolder.Corpus.Tools.HeldOut, request =>
        {
            Assert.Contains(request.Name, request.Request, StringComparison.Ordinal);
            Assert.DoesNotContain(request.Name, known);
            Assert.DoesNotContain(request.Request.Replace(request.Name, GuideTools.Name, StringComparison.Ordinal), GuideFolder.Corpus.Tools.Requests, StringComparer.Ordinal);
        });
        Assert.All(GuideFolder.Corpus.Tools.HowTo.HeldOut, question => Assert.DoesNotContain(question.Name, known));
    }

    [Fact]
    public void Results_are_json() =>
        Assert.All(GuideFolder.Corpus.Tools.Results, static outcome => Assert.Equal(JsonValueKind.Object, JsonElement.Parse(outcome.Result).ValueKind));

    [Fact]
    public void Its_chat_template_shows_the_tool_only_where_there_is_one()
    {
        ChatMessage[] question = [new() { Role = "user", Content = "How do I pull a model?" }];

        Assert.Equal("<|im_start|>user\nHow do I pull a model?<|im_end|>\n<|im_start|>assistant\n", Render(question, []));
        Assert.StartsWith("<|im_start|>system\nTools: pull_model(name)<|im_end|>\n", Render(question, [Tool]), StringComparison.Ordinal);
    }

    [Fact]
    public void Its_chat_template_writes_calls_that_are_read_again()
    {
        const string Arguments = """{"name": "hf.co/Qwen/Qwen3-0.6B-GGUF:Q8_0"}""";
        ChatMessage[] asked = [new() { Role = "user", Content = "pull it" }];
        ChatMessage[] called = [.. asked, new() { Role = "assistant", ToolCalls = [new ChatToolCall(GuideFolder.Corpus.Tools.Tool, Arguments, Id: null)] }];
        string answer = Render(called, [Tool], addGenerationPrompt: false)[Render(asked, [Tool]).Length..];

        Assert.Equal($$"""<tool_call>{{"\n"}}{"name": "pull_model", "arguments": {{Arguments}}}{{"\n"}}</tool_call><|im_end|>{{"\n"}}""", answer);
        ChatMessage read = ChatParser.Parse(
            ChatFormatDetector.Detect(Template),
            new ChatParserOptions { Tools = [Tool], GenerationPrompt = "<|im_start|>assistant\n" },
            answer[..answer.IndexOf("<|im_end|>", StringComparison.Ordinal)]);
        ChatToolCall call = Assert.Single(read.ToolCalls);
        Assert.Equal("pull_model", call.Name);
        Assert.Equal("hf.co/Qwen/Qwen3-0.6B-GGUF:Q8_0", JsonElement.Parse(call.Arguments).GetProperty("name").GetString());
    }

    private static ChatTemplate Template => ChatTemplate.FromJinja(GuideFolder.Corpus.ChatTemplate);

    private static ChatTool Tool
    {
        get
        {
            JsonElement function = s_definition.GetProperty("function");
            return new ChatTool(function.GetProperty("name").GetString()!, function.GetProperty("description").GetString(), function.GetProperty("parameters"));
        }
    }

    private static string Render(ChatMessage[] messages, ChatTool[] tools, bool addGenerationPrompt = true) =>
        Template.Render(new ChatPromptRequest { Messages = messages, Tools = tools, AddGenerationPrompt = addGenerationPrompt }).Text;

    private static IEnumerable<string> Names() => GuideFolder.Corpus.Tools.Names.Patterns.SelectMany(static pattern => Expand(pattern));

    private static IEnumerable<string> Expand(string pattern)
    {
        int start = pattern.IndexOf('{', StringComparison.Ordinal);
        if (start < 0)
        {
            return [pattern];
        }

        int end = pattern.IndexOf('}', start);
        return GuideFolder.Corpus.Tools.Names.Values[pattern[(start + 1)..end]].SelectMany(value => Expand(pattern[..start] + value + pattern[(end + 1)..]));
    }
}
