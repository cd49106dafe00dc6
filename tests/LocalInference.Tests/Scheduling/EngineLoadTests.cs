using LocalInference.Abstractions;
using LocalInference.TestModels;

namespace LocalInference.Tests.Scheduling;

/// <summary>Every request that was admitted is counted once, by what it waits for.</summary>
[Collection(ModelTests.Name)]
public sealed class EngineLoadTests(ModelFixture fixture)
{
    private static readonly TimeSpan s_stuck = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_request_whose_reader_does_not_read_is_parked_with_and_without_cells()
    {
        await using LocalModel model = await LocalModel.LoadAsync(fixture.FileOf(TestModelSpec.Llama), new() { ContextLength = 512, Parallel = 1, UnifiedCache = false });
        await using IAsyncEnumerator<GenerationUpdate> slow = model.GenerateAsync(Prompts.Of(1, 10), Generations.Greedy(400)).GetAsyncEnumerator();
        Assert.True(await slow.MoveNextAsync().AsTask().WaitAsync(s_stuck));
        Assert.Equal((0, 0, 1), await Settled(model, parked: 1));
        Assert.Equal(0, model.Engine.Counters.Preemptions);

        // It has the only cells, and gives them up for this one.
        Assert.Equal(20, (await model.GenerateAsync(Prompts.Of(2, 10), Generations.Greedy(20)).Tokens().WaitAsync(s_stuck)).Length);
        Assert.Equal((0, 0, 1), await Settled(model, parked: 1));
        Assert.Equal(1, model.Engine.Counters.Preemptions);

        await slow.DisposeAsync();
        Assert.Equal((0, 0, 0), await Settled(model, parked: 0));
    }

    [Fact]
    public async Task A_request_that_gave_up_its_cells_is_preempted_and_not_running()
    {
        // Room for one request and a bit. The second comes while the first is generated, and gives way when each has some 120 tokens.
        await using LocalModel model = await LocalModel.LoadAsync(fixture.FileOf(TestModelSpec.Llama), new() { ContextLength = 256, CacheLength = 256, Parallel = 2 });
        Task<int[]>? second = null;
        EngineLoad together = default;
        EngineLoad apart = default;
        model.Engine.Observer = new StepRecorder(after: 5, () =>
        {
            second = model.GenerateAsync(Prompts.Of(2, 10), Generations.Greedy(180)).Tokens();
            model.Engine.Observer = new StepRecorder(after: 60, () =>
            {
                together = model.Engine.Load;
                model.Engine.Observer = new StepRecorder(after: 85, () => apart = model.Engine.Load);
            });
        });

        Assert.Equal(180, (await model.GenerateAsync(Prompts.Of(1, 10), Generations.Greedy(180)).Tokens().WaitAsync(s_stuck)).Length);
        Assert.Equal(180, (await second!.WaitAsync(s_stuck)).Length);

        Assert.Equal((2, 0, 0), (together.Running, together.Preempted, together.Parked));
        Assert.Equal((1, 1, 0), (apart.Running, apart.Preempted, apart.Parked));
        Assert.Equal(1, model.Engine.Counters.Preemptions);
    }

    // The engine counts behind the step in which a reader falls behind, or leaves.
    private static async Task<(int Running, int Preempted, int Parked)> Settled(LocalModel model, int parked)
    {
        EngineLoad load = model.Engine.Load;
        for (int i = 0; i < 1000 && (load.Running, load.Preempted, load.Parked) != (0, 0, parked); i++)
        {
            await Task.Delay(10);
            load = model.Engine.Load;
        }

        return (load.Running, load.Preempted, load.Parked);
    }
}
