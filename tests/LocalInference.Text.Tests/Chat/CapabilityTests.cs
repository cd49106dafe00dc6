using LocalInference.Text.Tests.Oracles;

namespace LocalInference.Text.Tests.Chat;

/// <summary>What probing finds in templates of real models, against what their sources say.</summary>
public sealed class CapabilityTests
{
    [OracleTheory(OracleNeeds.Templates)]
    [InlineData("Qwen-Qwen3-0.6B", "system tools calls parallel thinking switch")]
    [InlineData("Qwen3.5-4B", "system tools calls parallel thinking switch opens parts vision")]
    [InlineData("Qwen3-Coder", "system tools calls parallel")]
    [InlineData("google-gemma-2-2b-it", "")]
    [InlineData("microsoft-Phi-3.5-mini-instruct", "system")]
    [InlineData("meta-llama-Llama-3.1-8B-Instruct", "system tools calls")]
    [InlineData("mistralai-Mistral-Nemo-Instruct-2407", "system tools calls parallel")]
    [InlineData("mistralai-Ministral-3-14B-Reasoning-2512", "system tools calls parallel thinking parts vision")]
    [InlineData("openai-gpt-oss-120b", "system tools calls thinking effort")]
    [InlineData("deepseek-ai-DeepSeek-R1-Distill-Llama-8B", "system calls parallel thinking opens")]
    [InlineData("ibm-granite-granite-4.0", "system tools calls parallel parts documents")]
    [InlineData("MiniMax-M3", "system tools calls parallel thinking switch opens parts vision")]
    [InlineData("ByteDance-Seed-OSS", "system tools calls parallel thinking switch")]
    [InlineData("NousResearch-Hermes-2-Pro-Llama-3-8B-tool_use", "system tools calls parallel")]
    public void Probes_find_what_a_template_expresses(string name, string expected) =>
        Assert.Equal(expected, Words(ChatTemplate.FromJinja(Oracle.Template(name), new ChatTemplateOptions { BosText = "<BOS>", EosText = "<EOS>" }).Capabilities));

    [OracleTheory(OracleNeeds.Templates)]
    [InlineData("Qwen3.5-4B", false)]
    [InlineData("google-gemma-2-2b-it", false)]
    [InlineData("mistralai-Mistral-Nemo-Instruct-2407", false)]
    [InlineData("HuggingFaceTB-SmolLM3-3B", false)]
    [InlineData("MiniMax-M3", false)]
    [InlineData("openai-gpt-oss-120b", false)]
    [InlineData("llama-cpp-deepseek-r1", false)]
    [InlineData("Qwen-Qwen3-0.6B", true)]
    [InlineData("meta-llama-Llama-3.1-8B-Instruct", true)]
    public void System_messages_anywhere_are_shown(string name, bool keepsThem)
    {
        ChatTemplate template = ChatTemplate.FromJinja(Oracle.Template(name), new ChatTemplateOptions { BosText = "<BOS>", EosText = "<EOS>" });

        string text = template.Render(new ChatPromptRequest
        {
            Messages = [Message("system", "qzFirst"), Message("developer", "qzSecond"), Message("user", "qzAsked"), Message("assistant", "qzSaid"), Message("system", "qzLater"), Message("user", "qzAgain")],
        }).Text;

        Assert.All(new[] { "qzFirst", "qzSecond", "qzAsked", "qzLater", "qzAgain" }, word => Assert.Contains(word, text, StringComparison.Ordinal));
        Assert.Equal(!keepsThem, text.Contains("qzFirst\n\nqzSecond", StringComparison.Ordinal));
        Assert.Equal(!keepsThem, text.Contains("qzLater\n\nqzAgain", StringComparison.Ordinal));

        static ChatMessage Message(string role, string content) => new() { Role = role, Content = content };
    }

    public static TheoryData<string> Names => [.. PublishedTemplates.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_published_family_shows_system_tools_and_parallel_calls(string name)
    {
        PublishedTemplate published = PublishedTemplates.Find(name)!;

        ChatTemplateCapabilities found = ChatTemplate.FromJinja(published.Source, new ChatTemplateOptions { Name = published.Family }).Capabilities;

        Assert.StartsWith("system tools calls parallel", Words(found), StringComparison.Ordinal);
        Assert.Same(published.Family, PublishedTemplates.Find(name.ToUpperInvariant())!.Family);
    }

    [Fact]
    public void A_name_that_nobody_published_is_not_found() => Assert.Null(PublishedTemplates.Find("passthrough"));

    private static string Words(ChatTemplateCapabilities c) => string.Join(' ', new[]
    {
        c.SystemRole ? "system" : null,
        c.Tools ? "tools" : null,
        c.ToolCalls ? "calls" : null,
        c.ParallelToolCalls ? "parallel" : null,
        c.Thinking ? "thinking" : null,
        c.ThinkingSwitch ? "switch" : null,
        c.OpensThinking ? "opens" : null,
        c.ReasoningEffort ? "effort" : null,
        c.ContentParts ? "parts" : null,
        c.Vision ? "vision" : null,
        c.Documents ? "documents" : null,
    }.OfType<string>());
}
