using LocalInference.Abstractions;
using LocalInference.TestModels;

namespace LocalInference.Tests.Chat;

[Collection(ModelTests.Name)]
public sealed class TextGeneratorTests(ModelFixture fixture)
{
    [Fact]
    public async Task A_text_is_continued_as_the_model_does()
    {
        LocalModel model = await fixture.ModelOf(TestModelSpec.Qwen2);
        string expected = await model.GenerateAsync("Once upon", Generations.Greedy(40)).Text();

        List<GenerationEvent> events = await model.AsTextGenerator().Answer(Answers.Ask(new PromptInput { Text = "Once upon" }, 40) with { IgnoreEndOfGeneration = true });

        Assert.Equal(expected, events.Text());
        Assert.Equal(FinishReason.MaxTokens, events.End().FinishReason);
        Assert.Equal(40, events.End().Usage.GeneratedTokens);
        Assert.Equal(model.Tokenizer.Encode("Once upon").Length, events.End().Usage.PromptTokens);
        Assert.True(events.End().Usage.TotalDuration > TimeSpan.Zero);
    }

    [Fact]
    public async Task A_conversation_is_answered_from_its_template()
    {
        LocalModel model = await fixture.ModelOf(TestModelSpec.Qwen2);
        int[] prompt = model.RenderChat(new Text.ChatPromptRequest { Messages = [new Text.ChatMessage { Role = "user", Content = "Hello" }] });
        string expected = await model.GenerateAsync(prompt, Generations.Greedy(30)).Text();

        List<GenerationEvent> events = await model.AsTextGenerator().Answer(Answers.Ask(Answers.Chat("Hello"), 30) with { IgnoreEndOfGeneration = true, ReturnTokens = true });

        Assert.Equal(expected, events.Text());
        Assert.Equal(prompt, events.End().Tokens[..prompt.Length].ToArray());
        Assert.Equal(prompt.Length + 30, events.End().Tokens.Length);
    }

    [Fact]
    public async Task Tokens_go_on_from_where_an_answer_ended()
    {
        ITextGenerator generator = (await fixture.ModelOf(TestModelSpec.Qwen2)).AsTextGenerator();
        GenerationRequest whole = Answers.Ask(new PromptInput { Text = "a b c" }, 20) with { IgnoreEndOfGeneration = true, ReturnTokens = true };
        int[] tokens = (await generator.Answer(whole)).End().Tokens.ToArray();

        int[] first = (await generator.Answer(whole with { MaxTokens = 8 })).End().Tokens.ToArray();
        int[] rest = (await generator.Answer(whole with { Input = new TokenInput(first), MaxTokens = 12 })).End().Tokens.ToArray();

        Assert.Equal(tokens, rest);
    }

    [Fact]
    public async Task A_long_prompt_tells_how_far_it_is()
    {
        await using LocalModel model = await LocalModel.LoadAsync(fixture.FileOf(TestModelSpec.Llama), new() { BatchSize = 32, ContextLength = 512, Parallel = 1 });
        ITextGenerator generator = model.AsTextGenerator();
        GenerationRequest request = Answers.Ask(new TokenInput(Prompts.Of(5, 200)), 4) with { IgnoreEndOfGeneration = true, ReportPromptProgress = true };

        List<GenerationEvent> fresh = await generator.Answer(request);
        List<GenerationEvent> cached = await generator.Answer(request with { Input = new TokenInput((int[])[.. Prompts.Of(5, 200), .. Prompts.Of(6, 8)]) });

        int[] steps = [.. fresh.OfType<PromptProgressed>().Select(static p => p.ProcessedTokens)];
        Assert.Equal([32, 64, 96, 128, 160, 192, 200], steps);
        Assert.All(fresh.OfType<PromptProgressed>(), static p => Assert.Equal(200, p.TotalTokens));
        Assert.True(fresh.FindLastIndex(static e => e is PromptProgressed) < fresh.FindIndex(static e => e is TextDelta));
        Assert.Equal(new PromptProgressed(208, 208), Assert.Single(cached.OfType<PromptProgressed>()));
        Assert.Empty((await generator.Answer(request with { ReportPromptProgress = false })).OfType<PromptProgressed>());
    }

    [Fact]
    public async Task Each_token_comes_with_its_probability_when_asked()
    {
        ITextGenerator generator = (await fixture.ModelOf(TestModelSpec.Qwen2)).AsTextGenerator();

        List<GenerationEvent> events = await generator.Answer(Answers.Ask(Answers.Chat("Hi"), 10) with { LogProbabilities = 3, IgnoreEndOfGeneration = true });

        List<TokenGenerated> tokens = [.. events.OfType<TokenGenerated>()];
        Assert.Equal(10, tokens.Count);
        Assert.All(tokens, static token =>
        {
            Assert.Equal(3, token.Alternatives.Count);
            Assert.Equal(token.Token.Id, token.Alternatives[0].Id);
            Assert.Equal(token.Token.LogProbability, token.Alternatives[0].LogProbability);
            Assert.True(token.Token.LogProbability <= 0);
        });
        Assert.Equal(events.Text(), System.Text.Encoding.UTF8.GetString([.. tokens.SelectMany(static token => token.Token.Bytes.ToArray())]));
    }

    [Fact]
    public async Task A_stop_sequence_ends_the_answer_and_is_named()
    {
        LocalModel model = await fixture.ModelOf(TestModelSpec.Qwen2);
        GenerationRequest request = Answers.Ask(Answers.Chat("Hello"), 60) with { IgnoreEndOfGeneration = true };
        string text = (await model.AsTextGenerator().Answer(request)).Text();
        string stop = text.Substring(12, 3);

        List<GenerationEvent> events = await model.AsTextGenerator().Answer(request with { StopSequences = ["\u0001never", stop] });

        Assert.Equal(text[..text.IndexOf(stop, StringComparison.Ordinal)], events.Text());
        Assert.Equal(FinishReason.StopSequence, events.End().FinishReason);
        Assert.Equal(stop, events.End().StopSequence);
    }

    [Fact]
    public async Task What_was_read_before_is_counted_as_cached()
    {
        ITextGenerator generator = (await fixture.ModelOf(TestModelSpec.Qwen2)).AsTextGenerator();
        GenerationRequest request = Answers.Ask(Answers.Chat("The same question again and again and again"), 4);
        await generator.Answer(request);

        GenerationUsage usage = (await generator.Answer(request)).End().Usage;

        Assert.InRange(usage.CachedPromptTokens, usage.PromptTokens / 2, usage.PromptTokens - 1);
    }

    [Fact]
    public async Task The_start_is_told_before_anything_is_computed()
    {
        ITextGenerator generator = (await fixture.ModelOf(TestModelSpec.Qwen2)).AsTextGenerator();

        await using IAsyncEnumerator<GenerationEvent> events = generator.GenerateAsync(Answers.Ask(Answers.Chat("Hello"))).GetAsyncEnumerator();

        // Leaving right here must neither hang nor fail.
        Assert.True(await events.MoveNextAsync());
        GenerationStarted started = Assert.IsType<GenerationStarted>(events.Current);
        Assert.StartsWith("gen-", started.ResponseId, StringComparison.Ordinal);
        Assert.Equal("tiny-qwen2", started.Model);
    }

    [Fact]
    public async Task Nothing_runs_before_the_answer_is_read_and_each_reading_is_a_run()
    {
        ITextGenerator generator = (await fixture.ModelOf(TestModelSpec.Qwen2)).AsTextGenerator();
        IAsyncEnumerable<GenerationEvent> answer = generator.GenerateAsync(Answers.Ask(Answers.Chat("Hello"), 5));

        string first = await Id(answer);

        Assert.False(string.Equals(first, await Id(answer), StringComparison.Ordinal));

        static async Task<string> Id(IAsyncEnumerable<GenerationEvent> answer)
        {
            await foreach (GenerationEvent e in answer)
            {
                return ((GenerationStarted)e).ResponseId;
            }

            return "";
        }
    }

    [Fact]
    public async Task Cancelling_stops_it()
    {
        ITextGenerator generator = (await fixture.ModelOf(TestModelSpec.Qwen2)).AsTextGenerator();
        using var cancel = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (GenerationEvent e in generator.GenerateAsync(Answers.Ask(Answers.Chat("Hello")) with { IgnoreEndOfGeneration = true }, cancel.Token))
            {
                if (e is TextDelta)
                {
                    await cancel.CancelAsync();
                }
            }
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => generator.Answer(Answers.Ask(Answers.Chat("Hello")), cancel.Token));
    }

    [Fact]
    public async Task Many_at_once_answer_as_one_alone()
    {
        ITextGenerator generator = (await fixture.ModelOf(TestModelSpec.Qwen2)).AsTextGenerator();
        GenerationRequest[] requests = [.. Enumerable.Range(0, 24).Select(static i => Answers.Ask(Answers.Chat($"Question {i % 6}"), 12) with { IgnoreEndOfGeneration = true })];

        List<GenerationEvent>[] answers = await Task.WhenAll(requests.Select(request => generator.Answer(request)));

        Assert.All(answers, static answer => Assert.Equal(12, answer.End().Usage.GeneratedTokens));
        Assert.Equal(24, answers.Select(static answer => ((GenerationStarted)answer[0]).ResponseId).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task A_disposed_model_says_so()
    {
        LocalModel model = await LocalModel.LoadAsync(fixture.FileOf(TestModelSpec.Qwen2));
        ITextGenerator generator = model.AsTextGenerator();
        await model.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => generator.Answer(Answers.Ask(Answers.Chat("Hello"))));
    }

    [Fact]
    public async Task Tokens_are_counted_and_shown_without_running()
    {
        LocalModel model = await fixture.ModelOf(TestModelSpec.Qwen2);
        ITextGenerator generator = model.AsTextGenerator();
        GenerationRequest request = Answers.Ask(Answers.Chat("Hello"));

        TokenCount count = await ((ITokenCounter)generator.GetService(typeof(ITokenCounter))!).CountTokensAsync(request);
        var tokenizer = (IPromptTokenizer)generator.GetService(typeof(IPromptTokenizer))!;
        RenderedPrompt prompt = await tokenizer.RenderAsync(request);

        Assert.Equal(new TokenCount(prompt.Tokens.Count, IsEstimate: false), count);
        Assert.Equal("<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n", prompt.Text);
        Assert.Equal("Hello", await tokenizer.DetokenizeAsync((await tokenizer.TokenizeAsync("Hello")).ToArray()));
        Assert.Same(model, generator.GetService(typeof(LocalModel)));
    }

    [Fact]
    public async Task A_model_without_template_answers_in_ChatML_where_its_vocabulary_has_the_marks()
    {
        LocalModel model = await fixture.ModelOf(TestModelSpec.Llama);

        RenderedPrompt prompt = await ((IPromptTokenizer)model.AsTextGenerator()).RenderAsync(Answers.Ask(Answers.Chat("Hello")));

        Assert.Contains("<|im_start|>", prompt.Text, StringComparison.Ordinal);
    }
}
