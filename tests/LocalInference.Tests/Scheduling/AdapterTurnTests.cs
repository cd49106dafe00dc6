using LocalInference.TestModels;

namespace LocalInference.Tests.Scheduling;

/// <summary>Requests with different adapters, which are not computed in the same step.</summary>
[Collection(ModelTests.Name)]
public sealed class AdapterTurnTests : IDisposable
{
    private const int BatchSize = 128;

    // No more than a reader may be behind, so that nothing waits for one.
    private const int Tokens = 250;

    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-turns-").FullName;
    private readonly ModelFixture _fixture;

    public AdapterTurnTests(ModelFixture fixture)
    {
        _fixture = fixture;
        for (ulong seed = 0; seed < 2; seed++)
        {
            TestAdapter.Write(AdapterPath((int)seed), TestModelSpec.Llama, seed);
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Long_prompts_with_adapters_do_not_stop_a_stream_without(bool isUnified)
    {
        await using LocalModel model = await Load(isUnified);
        Task<int[]>[] asked = [];
        var recorder = new StepRecorder(after: 5, () => asked = [Ask(model, 0), Ask(model, 1)]);
        model.Engine.Observer = recorder;

        Assert.Equal(Tokens, (await model.GenerateAsync(Prompts.Of(1, 10), Generations.Greedy(Tokens)).Tokens()).Length);
        Assert.All(await Task.WhenAll(asked), static answer => Assert.Equal(4, answer.Length));

        // What is computed between two steps of the stream: few tokens of a prompt before anything was measured, and never more than one
        // step of prompts, beside what a prompt that has been read generates in its turn.
        List<int> between = [];
        int rows = 0;
        foreach (int[] step in recorder.UntilFirstEnds)
        {
            rows += step.Length;
            if (step.Contains(recorder.First))
            {
                between.Add(rows - 1);
                rows = 0;
            }
        }

        Assert.InRange(between.Skip(1).First(static others => others > 0), 1, 16);
        Assert.InRange(between.Max(), 1, BatchSize + 16);
        Assert.Equal(0, model.Engine.Counters.CacheMismatches);
    }

    [Fact]
    public async Task Where_requests_have_their_own_cells_a_prompt_stops_nobody_with_its_own_adapters_either()
    {
        await using LocalModel model = await Load(isUnified: false);
        Task<int[]>[] asked = [];
        var recorder = new StepRecorder(after: 5, () => asked =
        [
            model.GenerateAsync(Prompts.Of(2, 10), Generations.Greedy(Tokens) with { Adapters = [new("a0")] }).Tokens(),
            model.GenerateAsync(Prompts.Of(3, 2000), Generations.Greedy(4)).Tokens(),
        ]);
        model.Engine.Observer = recorder;

        Assert.Equal(Tokens, (await model.GenerateAsync(Prompts.Of(1, 10), Generations.Greedy(Tokens)).Tokens()).Length);
        int[][] answers = await Task.WhenAll(asked);

        Assert.Equal([Tokens, 4], answers.Select(static answer => answer.Length));
        int rows = 0;
        int most = 0;
        foreach (int[] step in recorder.UntilFirstEnds)
        {
            rows = step.Contains(recorder.First) ? 0 : rows + step.Length;
            most = Math.Max(most, rows);
        }

        // A step of the prompt, and what the other stream has in its turn.
        Assert.InRange(most, 1, BatchSize + 16);
        Assert.Equal(0, model.Engine.Counters.CacheMismatches);
    }

    [Fact]
    public async Task A_prompt_is_read_though_other_adapters_have_both_streams_and_prompts()
    {
        await using LocalModel model = await Load(isUnified: true, parallel: 5);
        var asked = new TaskCompletionSource<(Task<int[]> Short, Task<int[]>[] Long, Task<int[]> Stream)>(TaskCreationOptions.RunContinuationsAsynchronously);
        model.Engine.Observer = new StepRecorder(after: 5, () => asked.SetResult((
            model.GenerateAsync(Prompts.Of(5, 100), Generations.Greedy(1) with { Adapters = [new("a1")] }).Tokens(),
            [
                model.GenerateAsync(Prompts.Of(3, 2000), Generations.Greedy(1)).Tokens(),
                model.GenerateAsync(Prompts.Of(4, 2000), Generations.Greedy(1) with { Adapters = [new("a0")] }).Tokens(),
            ],
            model.GenerateAsync(Prompts.Of(2, 10), Generations.Greedy(Tokens) with { Adapters = [new("a0")] }).Tokens())));

        Task<int[]> stream = model.GenerateAsync(Prompts.Of(1, 10), Generations.Greedy(Tokens)).Tokens();
        (Task<int[]> brief, Task<int[]>[] prompts, Task<int[]> other) = await asked.Task;
        await brief;
        bool wasFirst = Array.TrueForAll(prompts, static prompt => !prompt.IsCompleted);
        await Task.WhenAll([stream, other, .. prompts]);

        Assert.True(wasFirst);
        Assert.Equal(0, model.Engine.Counters.CacheMismatches);
    }

    private static Task<int[]> Ask(LocalModel model, int adapter) =>
        model.GenerateAsync(Prompts.Of(2 + adapter, 2000), Generations.Greedy(4) with { Adapters = [new($"a{adapter}")] }).Tokens();

    private async Task<LocalModel> Load(bool isUnified, int parallel = 4)
    {
        LocalModel model = await LocalModel.LoadAsync(_fixture.FileOf(TestModelSpec.Llama), new() { ContextLength = 2048, Parallel = parallel, BatchSize = BatchSize, UnifiedCache = isUnified });
        model.Engine.VerifiesCache = true;
        for (int i = 0; i < 2; i++)
        {
            await model.LoadAdapterAsync(AdapterPath(i), $"a{i}");
        }

        return model;
    }

    private string AdapterPath(int number) => Path.Combine(_folder, $"{number}.gguf");
}
