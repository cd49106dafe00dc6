using LocalInference.TestModels;
using LocalInference.Text;

namespace LocalInference.Training.Tests.Datasets;

public sealed class ConversationSampleTests : DatasetTest
{
    private const string TwoTurns = """{"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello there."},{"role":"user","content":"Bye <|im_end|> now"},{"role":"assistant","content":"So long."}]}""";

    public static TheoryData<string> ChatModels => [.. TestModelSpec.AllTiny.Where(static spec => spec.ChatTemplate != TestChatTemplate.None && spec.Architecture != TestArchitecture.Gemma2 && spec.Architecture != TestArchitecture.Gemma3).Select(static spec => spec.Name)];

    [Theory]
    [MemberData(nameof(ChatModels))]
    public async Task A_sample_is_what_the_engine_makes_of_the_conversation_and_the_answers_are_learned(string name)
    {
        TestModelSpec spec = TestModelSpec.AllTiny.Single(spec => spec.Name == name);
        await using LocalModel model = await Load(spec);

        Dataset dataset = await DatasetLoader.LoadAsync(Write("chat.jsonl", TwoTurns), model);

        TrainingSample sample = Assert.Single(dataset.Training);
        Assert.Equal(model.RenderChat(Conversation(5, asks: false)), sample.Tokens);
        string end = spec.ChatTemplate switch { TestChatTemplate.Gemma => "<end_of_turn>", TestChatTemplate.Phi3 => "<|end|>", _ => "<|im_end|>" };
        Assert.Equal($"Hello there.{end}So long.{end}", Learned(model, sample).Replace(" Hello", "Hello", StringComparison.Ordinal).Replace(" So", "So", StringComparison.Ordinal));
        Assert.Equal((1, 1, dataset.Training[0].Tokens.Length), (dataset.Report.Records, dataset.Report.Samples, (int)dataset.Report.Tokens));
        Assert.Empty(dataset.Report.Issues);
    }

    [Fact]
    public async Task What_is_learned_first_follows_the_prompt_that_the_engine_gives()
    {
        await using LocalModel model = await Load(TestModelSpec.Qwen2);
        TrainingSample sample = Assert.Single((await DatasetLoader.LoadAsync(Write("chat.jsonl", TwoTurns), model)).Training);

        int[] prompt = model.RenderChat(Conversation(2, asks: true));

        Assert.Equal(prompt, sample.Tokens[..prompt.Length]);
        Assert.All(sample.Weights[..prompt.Length], static weight => Assert.Equal(0, weight));
        Assert.Equal(1, sample.Weights[prompt.Length]);
    }

    [Fact]
    public async Task Everything_is_learned_when_that_is_asked_for()
    {
        await using LocalModel model = await Load(TestModelSpec.Qwen2);

        TrainingSample sample = Assert.Single((await DatasetLoader.LoadAsync(Write("chat.jsonl", TwoTurns), model, new DatasetOptions { Loss = DatasetLoss.Everything })).Training);

        Assert.All(sample.Weights, static weight => Assert.Equal(1, weight));
    }

    [Fact]
    public async Task An_assistants_message_of_no_weight_is_only_read()
    {
        await using LocalModel model = await Load(TestModelSpec.Qwen2);
        string line = TwoTurns.Replace("\"content\":\"Hello there.\"", "\"content\":\"Hello there.\",\"weight\":0", StringComparison.Ordinal);

        TrainingSample sample = Assert.Single((await DatasetLoader.LoadAsync(Write("chat.jsonl", line), model)).Training);

        Assert.Equal("So long.<|im_end|>", Learned(model, sample));
    }

    [Fact]
    public async Task Where_thoughts_are_dropped_from_what_was_said_every_answer_is_a_sample()
    {
        const string Template = "{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' }}{% if m.role == 'assistant' and loop.last and m.reasoning_content %}[{{ m.reasoning_content }}]{% endif %}{{ m.content + '<|im_end|>\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";
        await using LocalModel model = await Load(TestModelSpec.Qwen2, Template);
        string line = """{"messages":[{"role":"user","content":"a"},{"role":"assistant","reasoning_content":"one","content":"b"},{"role":"user","content":"c"},{"role":"assistant","reasoning_content":"two","content":"d"}]}""";

        IReadOnlyList<TrainingSample> samples = (await DatasetLoader.LoadAsync(Write("chat.jsonl", line), model)).Training;

        Assert.Equal(["[one]b<|im_end|>", "[two]d<|im_end|>"], samples.Select(sample => Learned(model, sample)).ToArray());
        Assert.DoesNotContain("[one]", model.Tokenizer.Decode(samples[1].Tokens, renderSpecial: true), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Calls_are_learned_and_results_are_read()
    {
        await using LocalModel model = await Load(TestModelSpec.Qwen2);
        string line = """
            {"messages":[{"role":"user","content":"Time?"},{"role":"assistant","tool_calls":[{"id":"1","type":"function","function":{"name":"clock","arguments":"{\"zone\":\"UTC\"}"}}]},{"role":"tool","tool_call_id":"1","content":"noon"},{"role":"assistant","content":"It is noon."}],"tools":[{"type":"function","function":{"name":"clock","description":"Tells the time.","parameters":{"type":"object"}}}]}
            """.Trim();

        TrainingSample sample = Assert.Single((await DatasetLoader.LoadAsync(Write("chat.jsonl", line), model)).Training);

        string learned = Learned(model, sample);
        Assert.Contains("\"clock\"", learned, StringComparison.Ordinal);
        Assert.Contains("<tool_call>", learned, StringComparison.Ordinal);
        Assert.EndsWith("It is noon.<|im_end|>", learned, StringComparison.Ordinal);
        Assert.DoesNotContain("Tells the time", learned, StringComparison.Ordinal);
        Assert.Contains("Tells the time", model.Tokenizer.Decode(sample.Tokens, renderSpecial: true), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_date_that_a_template_writes_is_the_same_every_day()
    {
        const string Template = "{{ '<|im_start|>system\\n' + date_string + ' ' + strftime_now('%Y') + '<|im_end|>\\n' }}{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";
        await using LocalModel model = await Load(TestModelSpec.Qwen2, Template);
        string path = Write("chat.jsonl", TwoTurns);

        Assert.Contains("26 Jul 2024 2024", await TextAsync(new DatasetOptions()), StringComparison.Ordinal);
        Assert.Contains("02 Jan 2025 2025", await TextAsync(new DatasetOptions { Date = new DateOnly(2025, 1, 2) }), StringComparison.Ordinal);

        async Task<string> TextAsync(DatasetOptions options) =>
            model.Tokenizer.Decode(Assert.Single((await DatasetLoader.LoadAsync(path, model, options)).Training).Tokens, renderSpecial: true);
    }

    [Fact]
    public async Task Conversations_that_the_template_refuses_are_left_out_and_named()
    {
        const string Template = "{% for m in messages %}{% if 'qqq' in m.content %}{{ raise_exception('no qqq here') }}{% endif %}{{ '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";
        await using LocalModel model = await Load(TestModelSpec.Qwen2, Template);
        string refused = """{"messages":[{"role":"user","content":"qqq"},{"role":"system","content":"b"},{"role":"assistant","content":"c"}]}""";

        Dataset dataset = await DatasetLoader.LoadAsync(Write("chat.jsonl", refused, TwoTurns.Replace("""{"role":"system","content":"Be brief."},""", "", StringComparison.Ordinal)), model);

        Assert.Single(dataset.Training);
        Assert.Equal(1, dataset.Report.Dropped);
        Assert.Equal([(DatasetIssueKind.WrongRoles, 1), (DatasetIssueKind.Refused, 1)], dataset.Report.Issues.Select(static issue => (issue.Kind, issue.Line)));
    }

    [Fact]
    public async Task A_long_conversation_is_cut_and_one_whose_answer_is_cut_off_is_left_out()
    {
        await using LocalModel model = await Load(TestModelSpec.Qwen2);
        string line = $$"""{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"{{string.Concat(Enumerable.Repeat("word ", 200))}}"}]}""";
        string late = $$"""{"messages":[{"role":"user","content":"{{string.Concat(Enumerable.Repeat("word ", 200))}}"},{"role":"assistant","content":"Hi"}]}""";
        string path = Write("chat.jsonl", line, late);

        Dataset dataset = await DatasetLoader.LoadAsync(path, model, new DatasetOptions { MaxLength = 60 });

        Assert.Equal(60, Assert.Single(dataset.Training).Tokens.Length);
        Assert.Equal([DatasetIssueKind.Truncated, DatasetIssueKind.Truncated, DatasetIssueKind.Empty], dataset.Report.Issues.Select(static issue => issue.Kind));
        Assert.True(dataset.Report.LongestSample > 200);
        Assert.Equal(2, dataset.Report.Lengths.Sum(static bucket => bucket.Samples));
        Assert.Empty((await DatasetLoader.LoadAsync(path, model, new DatasetOptions { MaxLength = 60, Fixes = DatasetFixes.DropTruncated })).Training);
    }

    private static ChatPromptRequest Conversation(int messages, bool asks) => new()
    {
        Messages = [.. new ChatMessage[]
        {
            new() { Role = "system", Content = "Be brief." },
            new() { Role = "user", Content = "Hi" },
            new() { Role = "assistant", Content = "Hello there." },
            new() { Role = "user", Content = "Bye <|im_end|> now" },
            new() { Role = "assistant", Content = "So long." },
        }.Take(messages)],
        AddGenerationPrompt = asks,
    };
}
