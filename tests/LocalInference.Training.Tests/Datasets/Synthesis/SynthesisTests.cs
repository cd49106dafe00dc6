using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Testing;
using LocalInference.TestModels;
using LocalInference.Text;

namespace LocalInference.Training.Tests.Datasets.Synthesis;

/// <summary>What a synthesis asks for, keeps and leaves out.</summary>
public sealed class SynthesisTests : SynthesisTest
{
    [Fact]
    public async Task Each_seed_becomes_its_samples_in_order()
    {
        List<SynthesisReport> reports = [];
        ScriptedTextGenerator model = new(static (request, place) => ScriptedAnswer.Empty.ThenWait(TimeSpan.FromMilliseconds(place % 3 == 0 ? 40 : 1)).ThenSay(Sample(Prompt(request))));

        SynthesisReport report = await MakeAsync(model, Options with { SamplesPerSeed = 2, Temperature = 0.5f, MaxTokens = 99 }, progress: new Collector(reports));

        Assert.Equal(new SynthesisReport(6, 6, 0, 0, 0, 0), report);
        Assert.Equal(Enumerable.Range(0, 7).Select(static made => new SynthesisReport(6, made, 0, 0, 0, 0)), reports);
        Assert.Equal(new[] { "tea1", "tea2", "rain1", "rain2", "iron1", "iron2" }.Select(Line), Lines, StringComparer.Ordinal);
        Assert.Equal((6, 0), ((await DatasetLoader.InspectAsync(Output)).Records, (await DatasetLoader.InspectAsync(Output)).Issues.Count));
        Assert.Equal(6, model.Requests.Select(static request => request.Sampling.Seed).Distinct().Count());
        Assert.All(model.Requests, static request =>
        {
            Assert.Equal((0.5f, 99), (request.Sampling.Temperature, request.MaxTokens));
            Assert.Equal(["question", "answer"], Schema(request).GetProperty("required").EnumerateArray().Select(static name => name.GetString()), StringComparer.Ordinal);
            Assert.Contains("\"question\"", Instruction(request), StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task A_repeat_asks_the_same_and_another_seed_asks_otherwise()
    {
        ScriptedTextGenerator[] models = [Model(), Model(), Model()];
        for (int i = 0; i < models.Length; i++)
        {
            await DatasetSynthesizer.SynthesizeAsync(models[i].AsIChatClient(), Seeds, Options with { Parallelism = 1, Seed = i / 2 }, At($"{i}.jsonl"));
        }

        Assert.Equal(RequestSeeds(0), RequestSeeds(1));
        Assert.Empty(RequestSeeds(0).Intersect(RequestSeeds(2)));

        IEnumerable<uint?> RequestSeeds(int i) => models[i].Requests.Select(static request => request.Sampling.Seed);
    }

    [Fact]
    public async Task No_more_are_asked_for_at_a_time_than_may_be()
    {
        int now = 0, most = 0;

        // No answer comes before three were asked for, however slowly that goes; behind them is time for one too many.
        TaskCompletionSource three = new(TaskCreationOptions.RunContinuationsAsynchronously);
        ScriptedTextGenerator model = new((request, place) =>
        {
            int asked = Interlocked.Increment(ref now);
            InterlockedMax(ref most, asked);
            if (asked == 3)
            {
                three.TrySetResult();
            }

            return ScriptedAnswer.Empty.ThenWait(TimeSpan.FromMilliseconds(place < 3 ? 300 : 2)).ThenSay(Sample(Prompt(request)));
        });

        await DatasetSynthesizer.SynthesizeAsync(new Counted(model.AsIChatClient(), three.Task, () => Interlocked.Decrement(ref now)), Seeds, Options with { SamplesPerSeed = 5, Parallelism = 3 }, Output);

        Assert.Equal(3, most);
        Assert.Equal(15, Lines.Length);
    }

    [Fact]
    public async Task Records_fill_the_places_of_a_template()
    {
        string path = Write("seeds.jsonl", """{"topic": "tea", "facts": {"kind": "green"}}""", "", """{"topic": "rain"}""");
        ScriptedTextGenerator model = Model();

        await MakeAsync(model, Options with { Template = "{{ number }} of {{ count }}: {{ topic }}{% if seed.facts %} ({{ seed.facts.kind }}){% endif %}", Parallelism = 1 }, SynthesisSeed.ReadAll(path));

        Assert.Equal(["1 of 1: tea (green)", "1 of 1: rain"], model.Requests.Select(Prompt), StringComparer.Ordinal);
    }

    [Fact]
    public async Task What_says_the_same_or_nearly_so_is_left_out()
    {
        string[] answers = ["one two three four five six seven eight nine ten eleven twelve", "Other words", "other words!", "one two three four five six seven eight nine ten eleven thirteen"];
        ScriptedTextGenerator model = new([.. answers.Select(static answer => ScriptedAnswer.Say($$"""{"question": "Which numbers are there, and which come behind them?", "answer": "{{answer}}"}"""))]);

        SynthesisReport report = await MakeAsync(model, Options with { Parallelism = 1 }, [.. Seeds, SynthesisSeed.Of("snow")]);

        Assert.Equal(new SynthesisReport(4, 2, 0, 2, 0, 0), report);
        Assert.Equal(2, Lines.Length);
    }

    [Fact]
    public async Task Answers_that_are_no_samples_are_counted_and_asked_for_again()
    {
        ScriptedTextGenerator model = new(static (request, _) => Prompt(request) switch
        {
            "tea1" => ScriptedAnswer.Say("""I would rather {"question": "cut"""),
            "rain1" => ScriptedAnswer.Say("""{"question": " ", "answer": "yes"}"""),
            "iron1" => ScriptedAnswer.Say("""{"question": "\ud83d", "answer": "half a letter"}"""),
            "snow1" => ScriptedAnswer.Fail(ScriptedFailure.ContextLength(99, 9)),
            var prompt => ScriptedAnswer.Say($"Here it is:\n```json\n{Sample(prompt)}\n```"),
        });
        SynthesisSeed[] seeds = [.. Seeds, SynthesisSeed.Of("snow"), SynthesisSeed.Of("wind")];

        SynthesisReport first = await MakeAsync(model, seeds: seeds);
        ScriptedTextGenerator better = Model();
        SynthesisReport second = await MakeAsync(better, Options with { MaxTokens = 2000 }, seeds);

        Assert.Equal(new SynthesisReport(5, 1, 0, 0, 4, 0), first);
        Assert.Equal(new SynthesisReport(5, 5, 0, 0, 0, 1), second);
        Assert.Equal(4, better.Requests.Count);
        Assert.Equal(new[] { "wind1", "tea1", "rain1", "iron1", "snow1" }.Select(Line), Lines, StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_judge_keeps_what_meets_its_criterion()
    {
        ScriptedTextGenerator judge = new(static (request, _) => ScriptedAnswer.Say(
            Prompt(request).Contains("tea1", StringComparison.Ordinal) ? """{"score": 3}"""
            : Prompt(request).Contains("rain1", StringComparison.Ordinal) ? "well"
            : """{"score": 4}"""));
        SynthesisOptions options = Options with { Judge = new SynthesisJudge(judge.AsIChatClient()) { Criterion = "It is about metal." } };

        SynthesisReport report = await MakeAsync(Model(), options);
        SynthesisReport again = await MakeAsync(Model(), options with { Parallelism = 1 });

        Assert.Equal(new SynthesisReport(3, 1, 1, 0, 1, 0), report);
        Assert.Equal(report with { Resumed = 2 }, again);
        Assert.Equal([Line("iron1")], Lines);
        Assert.Equal(4, judge.Requests.Count);
        Assert.All(judge.Requests, static request =>
        {
            Assert.Equal(0, request.Sampling.Temperature);
            Assert.Contains("It is about metal.", Instruction(request), StringComparison.Ordinal);
            Assert.Equal([1, 2, 3, 4, 5], Schema(request).GetProperty("properties").GetProperty("score").GetProperty("enum").EnumerateArray().Select(static score => score.GetInt32()));
            Assert.StartsWith("What is ", JsonDocument.Parse(Prompt(request)).RootElement.GetProperty("question").GetString(), StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task A_schema_may_have_room_to_think()
    {
        JsonElement schema = JsonElement.Parse("""{"type":"object","properties":{"thought":{"type":"string"},"question":{"type":"string"},"answer":{"type":"string","enum":["yes","no"]}},"required":["thought","question","answer"]}""");
        ScriptedTextGenerator model = new(
            ScriptedAnswer.Say("""{"thought": "hm", "question": "Is it wet?", "answer": "yes"}"""),
            ScriptedAnswer.Say("""{"thought": "hm", "question": "Is it dry?", "answer": "perhaps"}"""),
            ScriptedAnswer.Say("""{"question": "Is it warm?", "answer": "no"}"""));

        SynthesisReport report = await MakeAsync(model, Options with { Schema = schema, Parallelism = 1 });

        Assert.Equal((1, 2), (report.Made, report.Failed));
        Assert.Equal(["""{"messages":[{"role":"user","content":"Is it wet?"},{"role":"assistant","content":"yes"}]}"""], Lines);
    }

    [Fact]
    public async Task What_cannot_be_is_refused_before_anything_is_asked()
    {
        ScriptedTextGenerator model = Model();
        foreach (SynthesisOptions options in new[]
        {
            Options with { Template = " " },
            Options with { Template = "{{ topic }}" },
            Options with { SamplesPerSeed = 0 },
            Options with { Temperature = -1 },
            Options with { MaxTokens = 0 },
            Options with { Parallelism = 0 },
            Options with { Parallelism = 257 },
            Options with { NearDuplicateSimilarity = 0 },
            Options with { Schema = JsonElement.Parse("""{"type":"object","properties":{"question":{}}}""") },
            Options with { Judge = new SynthesisJudge(model.AsIChatClient()) { LeastScore = 6 } },
            Options with { Judge = new SynthesisJudge(model.AsIChatClient()) { Criterion = "" } },
        })
        {
            Assert.Equal("invalid_option", (await Assert.ThrowsAsync<GenerationException>(() => MakeAsync(model, options))).Code);
        }

        Assert.Equal(TemplateErrorKind.Syntax, (await Assert.ThrowsAsync<TemplateException>(() => MakeAsync(model, Options with { Template = "{{ text" }))).Kind);
        Assert.Empty(model.Requests);
        Assert.False(File.Exists(Output));
    }

    [Fact]
    public async Task A_model_of_this_machine_is_held_to_the_form_and_repeats_itself()
    {
        string path = At("tiny.gguf");
        TestModel.Write(path, TestModelSpec.LlamaChat with { ContextLength = 2048 });
        JsonElement schema = JsonElement.Parse("""{"type":"object","properties":{"question":{"type":"string","minLength":6,"maxLength":12},"answer":{"type":"string","minLength":6,"maxLength":12}},"required":["question","answer"],"additionalProperties":false}""");

        SynthesisReport first = await MakeAsync(At("first.jsonl"));
        SynthesisReport second = await MakeAsync(At("second.jsonl"));

        Assert.Equal(new SynthesisReport(6, 6, 0, 0, 0, 0), first);
        Assert.Equal(first, second);
        Assert.Equal(File.ReadAllBytes(At("first.jsonl")), File.ReadAllBytes(At("second.jsonl")));

        // What an earlier run left in the cache would change how sums are rounded.
        async Task<SynthesisReport> MakeAsync(string output)
        {
            await using LocalModel model = await LocalModel.LoadAsync(path, new LocalModelOptions { ContextLength = 2048, GpuLayers = 0, Threads = 1 });
            SynthesisOptions options = Options with { SamplesPerSeed = 2, Parallelism = 1, Schema = schema, Judge = new SynthesisJudge(model.AsIChatClient()) { LeastScore = 1 } };
            return await DatasetSynthesizer.SynthesizeAsync(model.AsIChatClient(), Seeds, options, output);
        }
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (int seen = Volatile.Read(ref most); value > seen; seen = Volatile.Read(ref most))
        {
            Interlocked.CompareExchange(ref most, value, seen);
        }
    }

    private sealed class Collector(List<SynthesisReport> reports) : IProgress<SynthesisReport>
    {
        public void Report(SynthesisReport value) => reports.Add(value);
    }

    private sealed class Counted(Microsoft.Extensions.AI.IChatClient inner, Task mayAnswer, Action answered) : Microsoft.Extensions.AI.DelegatingChatClient(inner)
    {
        public override async Task<Microsoft.Extensions.AI.ChatResponse> GetResponseAsync(IEnumerable<Microsoft.Extensions.AI.ChatMessage> messages, Microsoft.Extensions.AI.ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            try
            {
                Microsoft.Extensions.AI.ChatResponse response = await base.GetResponseAsync(messages, options, cancellationToken);
                await mayAnswer.WaitAsync(TimeSpan.FromMinutes(1), cancellationToken);
                return response;
            }
            finally
            {
                answered();
            }
        }
    }
}
