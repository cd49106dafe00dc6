using System.Text.Json;
using LocalInference.Text.GoTemplates;
using static LocalInference.Text.Tests.GoTemplates.GoRendering;

namespace LocalInference.Text.Tests.GoTemplates;

/// <summary>What templates are given, and how a conversation is laid out over one.</summary>
public sealed class GoConversationTests
{
    private const string Turns = "{{ if .System }}<s>{{ .System }}</s>{{ end }}{{ if .Prompt }}<u>{{ .Prompt }}</u>{{ end }}<a>{{ .Response }}</a>";

    private const string Calling =
        "{{- if .Tools }}T:{{ range .Tools }}{{ . }}{{ end }}\n{{ end }}"
        + "{{- range $i, $_ := .Messages }}{{- $last := eq (len (slice $.Messages $i)) 1 }}"
        + "{{- if eq .Role \"assistant\" }}A:{{ with .Thinking }}({{ . }}){{ end }}{{ .Content }}"
        + "{{ range .ToolCalls }}C:{\"name\": \"{{ .Function.Name }}\", \"arguments\": {{ .Function.Arguments }}}{{ end }}{{ if not $last }}\n{{ end }}"
        + "{{- else if eq .Role \"tool\" }}R:{{ .ToolName }}={{ .Content }}\n{{ else }}{{ .Role }}:{{ .Content }}\n{{ end }}"
        + "{{- if and $last (ne .Role \"assistant\") }}A:{{ end }}{{ end }}";

    private static readonly ChatTool s_weather = new("weather", "Tells the weather", Json("""{"type":"object","properties":{"city":{"description":"Where","type":"string","minLength":1},"days":{"type":["integer","null"]}},"required":["city"],"additionalProperties":false}"""));

    private static JsonElement Json(string json) => JsonDocument.Parse(json).RootElement;

    [Fact]
    public void A_template_without_messages_gets_them_turn_by_turn_and_ends_before_the_response()
    {
        string text = Render(Turns, Message("system", "S"), Message("user", "1"), Message("assistant", "2"), Message("user", "3"));

        Assert.Equal("<s>S</s><u>1</u><a>2</a><u>3</u><a>", text);
    }

    [Fact]
    public void An_answer_that_is_begun_is_continued() =>
        Assert.Equal("<u>1</u><a>Yes, ", Render(Turns, Message("user", "1"), Message("assistant", "Yes, ")));

    [Fact]
    public void A_system_message_later_on_begins_a_turn() =>
        Assert.Equal("<u>1</u><a></a><s>S</s><u>2</u><a>", Render(Turns, Message("user", "1"), Message("system", "S"), Message("user", "2")));

    [Fact]
    public void Neighbours_of_one_role_are_joined() =>
        Assert.Equal("<u>1\n\n2</u><a>", Render(Turns, Message("user", "1"), Message("user", "2")));

    [Fact]
    public void A_template_without_a_response_ends_with_it() =>
        Assert.Equal("[1]2[3]", Render("[{{ .Prompt }}]", Message("user", "1"), Message("assistant", "2"), Message("user", "3")));

    [Fact]
    public void First_is_the_first_turn() =>
        Assert.Equal("f1-2>3", Render("{{ if .First }}f{{ end }}{{ .Prompt }}-{{ .Response }}>", Message("user", "1"), Message("assistant", "2"), Message("user", "3"))[..6]);

    [Fact]
    public void A_suffix_is_completion_in_the_middle()
    {
        const string Middle = "{{ if .Suffix }}<PRE>{{ .Prompt }}<SUF>{{ .Suffix }}<MID>{{ else }}{{ .Prompt }}{{ end }}";

        Assert.Equal("<PRE>a<SUF>b<MID>", Marked(Middle, Prompt(Message("user", "a")) with { Suffix = "b" }).Text);
        Assert.Equal("a", Render(Middle, Message("user", "a")));
    }

    [Fact]
    public void Tools_calls_and_results_are_written_as_json()
    {
        ChatMessage call = new() { Role = "assistant", ReasoningContent = "hm", ToolCalls = [new("weather", """{"z":1,"city":"Bern & <Biel>"}""", "c1")] };
        ChatMessage result = new() { Role = "tool", Content = "sun", Name = "weather", ToolCallId = "c1" };

        string text = Marked(Calling, Prompt(Message("user", "Hi"), call, result) with { Tools = [s_weather] }).Text;

        Assert.Equal(
            """T:{"type":"function","function":{"name":"weather","description":"Tells the weather","parameters":{"type":"object","required":["city"],"properties":{"city":{"type":"string","description":"Where","minLength":1},"days":{"type":["integer","null"]}},"additionalProperties":false}}}"""
            + "\nuser:Hi\n"
            + """A:(hm)C:{"name": "weather", "arguments": {"z":1,"city":"Bern \u0026 \u003cBiel\u003e"}}"""
            + "\nR:weather=sun\nA:",
            text);
    }

    [Fact]
    public void Half_of_a_surrogate_pair_in_arguments_fails_no_template()
    {
        ChatMessage call = new() { Role = "assistant", ToolCalls = [new("weather", """{"a\udc00":"\ud83d"}""", "c1")] };

        Assert.Equal("{\"a\uFFFD\":\"\uFFFD\"}", Render("{{ range .Messages }}{{ range .ToolCalls }}{{ .Function.Arguments }}{{ end }}{{ end }}", call));
    }

    [Fact]
    public void Half_of_a_surrogate_pair_in_a_schema_fails_no_template()
    {
        ChatTool tool = new("look", "Looks", Json("""{"properties":{"a\udc00":{"type":"string","description":"\ud83d"}},"\ud83d":1}"""));

        string text = Marked("{{ $_ := .Messages }}{{ range .Tools }}{{ .Function.Parameters }}{{ end }}", Prompt() with { Tools = [tool] }).Text;

        Assert.Equal("{\"type\":\"object\",\"properties\":{\"a\uFFFD\":{\"type\":\"string\",\"description\":\"\uFFFD\"}},\"\uFFFD\":1}", text);
    }

    [Fact]
    public void Parameters_of_tools_are_structs_and_maps_are_ranged_in_order_of_their_keys()
    {
        const string Template = "{{ $_ := .Messages }}{{ range .Tools }}{{ .Function.Name }}({{ range $n, $p := .Function.Parameters.Properties }}{{ $n }}: {{ $p.Type }}|{{ toTypeScriptType $p }}|{{ $p.Description }}; {{ end }}){{ .Function.Parameters.Required }}{{ end }}";

        Assert.Equal("weather(city: string|string|Where; days: [integer null]|number | null|; )[city]", Marked(Template, Prompt() with { Tools = [s_weather] }).Text);
    }

    [Fact]
    public void Thinking_is_told_as_asked()
    {
        const string Template = "{{ $_ := .Messages }}{{ .IsThinkSet }} {{ .Think }} {{ .ThinkLevel }}";

        Assert.Equal("false false ", Marked(Template, Prompt()).Text);
        Assert.Equal("true false ", Marked(Template, Prompt() with { Think = false }).Text);
        Assert.Equal("true true high", Marked(Template, Prompt() with { ThinkLevel = "high" }).Text);
    }

    [Fact]
    public void What_users_tools_and_models_wrote_is_content_and_the_rest_is_not()
    {
        ChatMessage call = new() { Role = "assistant", ReasoningContent = "§think", ToolCalls = [new("§name", """{"a":"§arg"}""", "c1")] };
        ChatMessage result = new() { Role = "tool", Content = "§result", Name = "§tool" };
        GoPrompt prompt = Prompt(Message("user", "§user"), call, result, Message("§role", "x")) with { Tools = [new("§toolname", "§description", Json("""{"properties":{"§p":{}}}"""))] };

        foreach (string template in new[] { Calling, "{{ json .Messages }}{{ json .Tools }}", "{{ range .Messages }}{{ printf \"%q %s\" .Content (slice .Content 0) }}{{ print .Role }}{{ .ToolCalls }}{{ end }}", })
        {
            MarkedText text = Marked(template, prompt);

            Assert.Contains('§', text.Text);
            Assert.All(text.Segments.Where(static s => !s.IsContent), s => Assert.DoesNotContain('§', text.Text.Substring(s.Start, s.Length)));
            Assert.Equal(text.Text.Length, text.Segments.Sum(static s => s.Length));
        }

        MarkedText roles = Marked("{{ range .Messages }}<|{{ .Role }}|>{{ end }}", prompt);
        Assert.Equal(new TextSegment(0, "<|user|><|assistant|><|tool|><|".Length, IsContent: false), roles.Segments[0]);
        Assert.True(roles.Segments[1].IsContent);
    }
}
