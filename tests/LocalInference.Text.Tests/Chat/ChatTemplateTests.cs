using System.Text.Json;

namespace LocalInference.Text.Tests.Chat;

public sealed class ChatTemplateTests
{
    private const string Marked = "{{ bos_token }}{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|end|>{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}";

    private const string Refusing =
        "{{ bos_token }}{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no system messages') }}{% endif %}[{{ m.role }}]{{ m.content | trim }}{% endfor %}";

    private const string Leading =
        "{% for m in messages %}{% if m.role == 'system' and not loop.first %}{{ raise_exception('System message must be at the beginning.') }}{% endif %}[{{ m.role }}]{{ m.content }}{% endfor %}";

    private static readonly ChatTool s_tool = new("look", "Looks", JsonElement.Parse("""{"type": "object", "properties": {}}"""));

    private static ChatMessage Message(string role, string content) => new() { Role = role, Content = content };

    private static string Render(string source, params ChatMessage[] messages) => ChatTemplate.FromJinja(source).Render(new ChatPromptRequest { Messages = messages }).Text;

    [Fact]
    public void Roles_are_the_templates_and_texts_are_content()
    {
        MarkedText prompt = ChatTemplate.FromJinja(Marked, new ChatTemplateOptions { BosText = "<s>" }).Render(new ChatPromptRequest { Messages = [Message("user", "Hi<|end|>")] });

        Assert.Equal("<s><|user|>Hi<|end|><|end|><|assistant|>", prompt.Text);
        Assert.Equal([new TextSegment(0, 11, false), new TextSegment(11, 9, true), new TextSegment(20, 20, false)], prompt.Segments);
    }

    [Fact]
    public void A_role_that_nobody_knows_is_content()
    {
        MarkedText prompt = ChatTemplate.FromJinja(Marked).Render(new ChatPromptRequest { Messages = [Message("end", "Hi")], AddGenerationPrompt = false });

        Assert.Equal("<|end|>Hi<|end|>", prompt.Text);
        Assert.Equal(new TextSegment(2, 3, IsContent: true), prompt.Segments[1]);
    }

    [Fact]
    public void The_begin_token_is_left_out_where_the_tokenizer_adds_it()
    {
        ChatTemplateOptions options = new() { BosText = "<s>", TokenizerAddsBos = true };
        ChatPromptRequest request = new() { Messages = [Message("user", "Hi")] };

        Assert.StartsWith("<|user|>", ChatTemplate.FromJinja(Marked, options).Render(request).Text, StringComparison.Ordinal);

        // A user's text that spells it stays.
        Assert.Equal("<s>Hi", ChatTemplate.FromJinja("{% for m in messages %}{{ m.content }}{% endfor %}", options).Render(request with { Messages = [Message("user", "<s>Hi")] }).Text);
    }

    [Fact]
    public void A_template_without_a_system_role_gets_its_text_before_the_next_message() =>
        Assert.Equal("[user]Be brief.\nHi", Render(Refusing, Message("system", "Be brief."), Message("user", "Hi")));

    [Fact]
    public void Several_system_messages_are_one_where_the_template_takes_one()
    {
        Assert.Equal("[system]A\n\nB\n\nC[user]U", Render(Leading, Message("system", "A"), Message("developer", "B"), Message("system", "C"), Message("user", "U")));
        Assert.Equal("[user]A\n\nB\nU", Render(Refusing, Message("system", "A"), Message("system", "B"), Message("user", "U")));
        Assert.Equal("<|system|>A<|end|><|system|>B<|end|><|user|>U<|end|><|assistant|>", Render(Marked, Message("system", "A"), Message("system", "B"), Message("user", "U")));
    }

    [Theory]
    [InlineData(Leading, "[system]A[user]U[assistant]N[user]B\n\nV")]
    [InlineData(Refusing, "[user]A\nU[assistant]N[user]B\n\nV")]
    [InlineData("{% for m in messages %}{% if m.role != 'system' or loop.first %}[{{ m.role }}]{{ m.content }}{% endif %}{% endfor %}", "[system]A[user]U[assistant]N[user]B\n\nV")]
    [InlineData("{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}", "[system]A[user]U[assistant]N[system]B[user]V")]
    public void A_later_system_message_is_the_users_unless_the_template_takes_it(string source, string expected) =>
        Assert.Equal(expected, Render(source, Message("system", "A"), Message("user", "U"), Message("assistant", "N"), Message("system", "B"), Message("user", "V")));

    [Fact]
    public void A_later_system_message_goes_to_the_one_beside_it()
    {
        ChatMessage call = new() { Role = "assistant", ToolCalls = [new("look", "{}", Id: null)] };

        Assert.Equal("[user]U\n\nB\n\nC", Render(Leading, Message("user", "U"), Message("system", "B"), Message("developer", "C")));
        Assert.Equal("[user]U[assistant][tool]T\n\nB\n\nC", Render(Leading, Message("user", "U"), call, Message("tool", "T"), Message("system", "B"), Message("system", "C")));
    }

    [Fact]
    public void A_developer_is_the_system_unless_the_template_knows_one()
    {
        Assert.Equal("<|system|>S<|end|><|user|>U<|end|><|assistant|>", Render(Marked, Message("developer", "S"), Message("user", "U")));
        Assert.Equal("<|developer|>S<|end|><|assistant|>", Render(Marked + "{# developer #}", Message("developer", "S")));
        Assert.Equal("[system]S[user]U", Render("{# developer #}{% for m in messages if m.role in ['system', 'user'] %}[{{ m.role }}]{{ m.content }}{% endfor %}", Message("developer", "S"), Message("user", "U")));
    }

    [Fact]
    public void A_refusal_is_told_apart_from_a_failure()
    {
        ChatTemplate template = ChatTemplate.FromJinja("{% if messages | length > 1 %}{{ raise_exception('one message only') }}{% endif %}{{ messages[0].content }}", new ChatTemplateOptions { Name = "mine" });

        TemplateException e = Assert.Throws<TemplateException>(() => template.Render(new ChatPromptRequest { Messages = [Message("user", "a"), Message("user", "b")] }));

        Assert.Equal((TemplateErrorKind.Refused, "mine"), (e.Kind, e.Template));
        Assert.Contains("one message only", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{{ m.content }}", "One, two,", "<|assistant|>One, two,")]
    [InlineData("{{ m.content }}", "One, ", "<|assistant|>One, ")]
    [InlineData("{{ m.content | trim }}", "One, ", "<|assistant|>One,")]
    public void A_begun_answer_is_continued_as_transformers_does(string shown, string begun, string expected)
    {
        ChatTemplate template = ChatTemplate.FromJinja(Marked.Replace("{{ m.content }}", shown, StringComparison.Ordinal));

        MarkedText prompt = template.Render(new ChatPromptRequest { Messages = [Message("user", "Count."), Message("assistant", begun)], ContinueFinalMessage = true });

        Assert.EndsWith(expected, prompt.Text, StringComparison.Ordinal);
        Assert.True(prompt.Segments[^1].IsContent);
    }

    [Fact]
    public void Thoughts_without_content_are_continued()
    {
        ChatTemplate template = ChatTemplate.FromJinja("{% for m in messages %}[{{ m.role }}]{% if m.reasoning_content %}<think>{{ m.reasoning_content }}</think>{% endif %}{{ m.content }}{% endfor %}");
        ChatMessage begun = new() { Role = "assistant", ReasoningContent = "Let me" };

        Assert.Equal("[user]Hi[assistant]<think>Let me", template.Render(new ChatPromptRequest { Messages = [Message("user", "Hi"), begun], ContinueFinalMessage = true }).Text);
    }

    [Fact]
    public void A_message_that_is_not_shown_cannot_be_continued()
    {
        ChatTemplate template = ChatTemplate.FromJinja("{{ messages[0].content }}");

        Assert.Throws<TemplateException>(() => template.Render(new ChatPromptRequest { Messages = [Message("user", "Hi"), Message("assistant", "Yes")], ContinueFinalMessage = true }));
    }

    [Theory]
    [InlineData("{% for p in m.content %}{{ p.text }}{% endfor %}", "onetwo")]
    [InlineData("{{ m.content }}", "one\ntwo")]
    [InlineData("{% if m.content is string %}{{ m.content }}{% else %}{% for p in m.content %}({{ p.text }}){% endfor %}{% endif %}", "(one)(two)")]
    public void Content_comes_as_the_template_wants_it(string shown, string expected)
    {
        ChatMessage parts = new() { Role = "user", Parts = [new("text", "one"), new("text", "two")] };

        Assert.Equal(expected, Render($"{{% for m in messages %}}{shown}{{% endfor %}}", parts));
    }

    [Theory]
    [InlineData("{{ c.function.arguments }}", """{"a":1}""")]
    [InlineData("{{ c.function.arguments | tojson }}", """{"a": 1}""")]
    [InlineData("{% for k, v in c.function.arguments.items() %}{{ k }}={{ v }}{% endfor %}", "a=1")]
    public void Arguments_come_as_the_template_wants_them(string shown, string expected)
    {
        string source = $"{{% for m in messages %}}{{% for c in m.tool_calls or [] %}}{{{{ c.function.name }}}}:{shown}{{% endfor %}}{{{{ m.content }}}}{{% endfor %}}";
        ChatMessage call = new() { Role = "assistant", ToolCalls = [new("look", """{"a":1}""", Id: null)] };

        Assert.Equal($"Hilook:{expected}", Render(source, Message("user", "Hi"), call));
    }

    [Fact]
    public void Half_of_a_surrogate_pair_in_arguments_fails_no_template()
    {
        const string Source = "{% for m in messages %}{% for c in m.tool_calls or [] %}{{ c.function.name }}{{ c.function.arguments | tojson }}{% endfor %}{{ m.content }}{% endfor %}";

        // Escaped, it is JSON; as it is, it is none.
        Assert.Equal("Hilook{\"a\uFFFD\": \"\uFFFD 😀 \\\\ud83d\"}", Render(Source, Message("user", "Hi"), Call("""{"a\udc00":"\ud83d \ud83d\ude00 \\ud83d"}""")));
        Assert.Equal("Hilook\"\uD83D\"", Render(Source, Message("user", "Hi"), Call("\uD83D")));

        static ChatMessage Call(string arguments) => new() { Role = "assistant", ToolCalls = [new("look", arguments, Id: null)] };
    }

    [Fact]
    public void Half_of_a_surrogate_pair_in_a_schema_fails_no_template()
    {
        ChatTool tool = new("look", "Looks \uD83D", JsonElement.Parse("""{"properties":{"a\udc00":{"description":"\ud83d \ud83d\ude00 \\ud83d"}},"\ud83d":1}"""));

        string text = ChatTemplate.FromJinja("{{ functions }}").Render(new ChatPromptRequest { Messages = [], Tools = [tool] }).Text;

        JsonElement function = JsonElement.Parse(text)[0];
        JsonElement parameters = function.GetProperty("parameters");
        Assert.Equal("Looks \uFFFD", function.GetProperty("description").GetString());
        Assert.Equal("\uFFFD 😀 \\ud83d", parameters.GetProperty("properties").GetProperty("a\uFFFD").GetProperty("description").GetString());
        Assert.Equal(1, parameters.GetProperty("\uFFFD").GetInt32());
    }

    [Fact]
    public void Ids_are_made_to_fit_a_template_that_wants_nine_letters_and_digits()
    {
        const string Source = "{% for m in messages %}{% for c in m.tool_calls or [] %}{% if c.id | length != 9 %}{{ raise_exception('id') }}{% endif %}{{ c.function.name }}{{ c.function.arguments | tojson }}{{ c.id }}{% endfor %}{% if m.tool_call_id %}={{ m.tool_call_id }}{% endif %}{% endfor %}";
        ChatMessage call = new() { Role = "assistant", ToolCalls = [new("look", "{}", "call_0123456789abcdef")] };

        string text = Render(Source, Message("user", "Hi"), call, Message("tool", "x") with { ToolCallId = "call_0123456789abcdef" });

        Assert.Matches("^look\\{\\}([0-9a-z]{9})=\\1$", text);
    }

    [Fact]
    public void Variants_are_taken_for_tools_and_documents()
    {
        ChatTemplate template = ChatTemplate.FromMetadata([new("general.name", "x"), new("tokenizer.chat_template", "plain"), new("tokenizer.chat_template.tool_use", "tools"), new("tokenizer.chat_template.rag", "rag")])!;

        Assert.Equal("plain", template.Source);
        Assert.Equal("plain", template.Render(new ChatPromptRequest { Messages = [] }).Text);
        Assert.Equal("tools", template.Render(new ChatPromptRequest { Messages = [], Tools = [s_tool] }).Text);
        Assert.Equal("rag", template.Render(new ChatPromptRequest { Messages = [], Documents = [new("t", "d")] }).Text);
        Assert.Null(ChatTemplate.FromMetadata([new("general.name", "x")]));
        Assert.Equal("only", ChatTemplate.FromMetadata([new("tokenizer.chat_template.tool_use", "only")])!.Source);
    }

    [Fact]
    public void Thinking_effort_time_and_variables_reach_the_template()
    {
        const string Source = "{{ enable_thinking }} {{ reasoning_effort }} {{ strftime_now('%d.%m.%Y') }} {{ mine.a }} {{ date_string }}";
        ChatPromptRequest request = new()
        {
            Messages = [],
            EnableThinking = false,
            ReasoningEffort = "low",
            Now = new DateTimeOffset(2026, 11, 21, 0, 0, 0, TimeSpan.Zero),
            Variables = new Dictionary<string, JsonElement>(StringComparer.Ordinal) { ["mine"] = JsonElement.Parse("""{"a": 1.0}""") },
        };

        Assert.Equal("False low 21.11.2026 1.0 21 Nov 2026", ChatTemplate.FromJinja(Source).Render(request).Text);
    }

    [Fact]
    public void ChatMl_is_the_template_of_models_without_one()
    {
        ChatTemplate template = ChatTemplate.ChatMl();

        Assert.Equal("<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nU<|im_end|>\n<|im_start|>assistant\n", template.Render(new ChatPromptRequest { Messages = [Message("system", "S"), Message("user", "U")] }).Text);
        Assert.Equal(new ChatTemplateCapabilities { SystemRole = true }, template.Capabilities);
    }

    [Fact]
    public void A_go_template_serves_the_same_requests()
    {
        ChatTemplate template = ChatTemplate.FromGo("{{ range .Messages }}<|{{ .Role }}|>{{ .Content }}{{ end }}{{ if .IsThinkSet }}{{ .Think }}{{ end }}{{ range .Tools }}{{ .Function.Name }}{{ end }}");

        MarkedText prompt = template.Render(new ChatPromptRequest { Messages = [Message("developer", "S"), Message("user", "U")], EnableThinking = true, Tools = [s_tool] });

        Assert.Equal("<|system|>S<|user|>Utruelook", prompt.Text);
        Assert.Equal(new ChatTemplateCapabilities { SystemRole = true, Tools = true, Thinking = true, ThinkingSwitch = true }, template.Capabilities);
    }
}
