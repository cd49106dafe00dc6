using LocalInference.Text.Parsing;

namespace LocalInference.Text.Tests.Parsing;

/// <summary>What is known of an answer's head where the template writes it whether it is asked to or not.</summary>
public sealed class AnswerPrefixTests
{
    private const string Turns = "{{ range .Messages }}<|{{ .Role }}|>{{ with .Thinking }}<think>\n{{ . }}\n</think>\n{{ end }}{{ .Content }}{{ end }}<|assistant|>";

    [Theory]
    [InlineData("{{ range .Messages }}<|{{ .Role }}|>{{ .Content }}{{ end }}<|assistant|><think>\n", null, "<think>\n")]
    [InlineData(Turns + "{{ if .Think }}<think>\n{{ end }}", true, "<think>\n")]
    [InlineData(Turns + "{{ if .Think }}<think>\n{{ end }}", null, "")]
    [InlineData(Turns + "{{ if .Think }}<think>\n{{ else }}<think>\n\n</think>\n\n{{ end }}", false, "</think>\n\n")]
    public void Thinking_that_a_go_template_opens_or_ends_is_found(string source, bool? thinks, string expected)
    {
        ChatTemplate template = ChatTemplate.FromGo(source);
        ChatFormat format = ChatFormatDetector.Detect(template);
        MarkedText prompt = template.Render(new ChatPromptRequest { Messages = [new ChatMessage { Role = "user", Content = "Hi" }], EnableThinking = thinks });

        string held = AnswerPrefix.AtEndOf(format, prompt);

        Assert.Equal(expected, held);
        ChatMessage read = ChatParser.Parse(format, new ChatParserOptions { GenerationPrompt = held }, held == "<think>\n" ? "Hm.\n</think>\n\nYes." : "Yes.");
        Assert.Equal("Yes.", read.Content);
        Assert.Equal(held == "<think>\n" ? "Hm." : null, read.ReasoningContent);
    }

    [Fact]
    public void What_a_user_wrote_opens_no_thinking()
    {
        MarkedText prompt = ChatTemplate.FromGo("{{ range .Messages }}{{ .Content }}{{ end }}").Render(new ChatPromptRequest { Messages = [new ChatMessage { Role = "user", Content = "<think>" }] });

        Assert.Empty(AnswerPrefix.AtEndOf(SampleFormats.All["qwen"], prompt));
    }
}
