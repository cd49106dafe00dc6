using System.Collections.Concurrent;
using LocalInference.Abstractions;

namespace LocalInference.Tests.Hosting;

/// <summary>Models for which there is no room beside others: who gives way, and who waits.</summary>
[Collection(ModelTests.Name)]
public sealed class ModelHostRoomTests : IDisposable
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    private readonly HostedFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task The_model_used_longest_ago_gives_way_and_a_pinned_one_never()
    {
        ModelLocation[] models = [_files.Write("a"), _files.Write("b"), _files.Write("c"), _files.Write("d")];
        await using ModelHost host = await _files.HostForTwo(models);
        await host.LoadAsync("a");
        await host.LoadAsync("b");
        await host.LoadAsync("a");

        await host.LoadAsync("c");
        Assert.Equal("a c", HostWatch.Loaded(host));
        await host.LoadAsync("a", Timeout.InfiniteTimeSpan);
        await host.LoadAsync("c");
        await host.LoadAsync("d");
        Assert.Equal("a d", HostWatch.Loaded(host));
        Assert.Equal(2, host.Counters.Evictions);
    }

    [Fact]
    public async Task A_model_in_use_is_waited_for_and_after_a_while_the_load_fails_with_the_figures()
    {
        ModelLocation[] models = [_files.Write("a"), _files.Write("b"), _files.Write("c")];
        await using ModelHost host = await _files.HostForTwo(models);
        HostedModel a = await host.AcquireAsync("a");
        HostedModel b = await host.AcquireAsync("b");
        Task<HostedModel> c = host.AcquireAsync("c").AsTask();
        await HostWatch.Until(() => host.Counters.Waits > 0);
        Assert.False(c.IsCompleted);

        // Loaded models are not disturbed by one that waits.
        (await host.AcquireAsync("b")).Dispose();
        a.Dispose();
        (await c.WaitAsync(HostedFiles.Patience)).Dispose();
        Assert.Equal("b c", HostWatch.Loaded(host));

        HostedModel held = await host.AcquireAsync("c");
        long waits = host.Counters.Waits;

        // The host's own timer, for models that were used, may be armed; that of the load before is about to go. The load that waits has one more.
        await HostWatch.Until(() => _files.Clock.ArmedTimers <= 1);
        int timers = _files.Clock.ArmedTimers;
        Task<HostedModel> late = host.AcquireAsync("a").AsTask();
        await HostWatch.Until(() => host.Counters.Waits > waits && _files.Clock.ArmedTimers > timers);
        _files.Clock.Advance(2 * s_minute);
        ModelMemoryException e = await Assert.ThrowsAsync<ModelMemoryException>(() => late.WaitAsync(HostedFiles.Patience));
        Assert.True(long.Parse(e.Value!) > long.Parse(e.Limit!));
        held.Dispose();
        b.Dispose();
        await host.LoadAsync("a");
    }

    [Fact]
    public async Task A_model_that_no_budget_allows_fails_at_once()
    {
        await using ModelHost host = _files.Host(new ModelHostOptions { MemoryBudgetBytes = 1000 }, _files.Write("a"));
        ModelMemoryException e = await Assert.ThrowsAsync<ModelMemoryException>(() => host.LoadAsync("a").AsTask());

        Assert.Equal("1000", e.Limit);
        Assert.Empty(host.GetLoadedModels());
    }

    [Fact]
    public async Task A_load_may_wait_for_memory_as_long_as_it_takes()
    {
        await using ModelHost host = _files.Host(new ModelHostOptions { MaxLoadedModels = 1, MemoryTimeout = TimeSpan.MaxValue }, _files.Write("a"), _files.Write("b"));
        HostedModel use = await host.AcquireAsync("a");
        Task<HostedModel> waiting = host.AcquireAsync("b").AsTask();
        await HostWatch.Until(() => host.Counters.Waits > 0);
        _files.Clock.Advance(TimeSpan.FromDays(400));
        Assert.False(waiting.IsCompleted);
        use.Dispose();
        (await waiting.WaitAsync(HostedFiles.Patience)).Dispose();
    }

    [Fact]
    public async Task A_gpu_for_two_models_makes_the_third_push_one_out()
    {
        ModelLocation[] models = [.. new[] { "a", "b", "c" }.Select(name => _files.Write(name)).Select(static model => model with { Options = model.Options with { GpuLayers = null, GpuReserveBytes = 0 } })];
        const long HostBytes = 1L << 32;
        long one = 0;
        ModelHost? host = null;
        MachineMemory Machine(long gpuBytes) => new(
            new DeviceMemory { Name = "CPU", FreeBytes = HostBytes, TotalBytes = HostBytes },
            [new DeviceMemory { Name = "GPU0", FreeBytes = gpuBytes - (host?.GetLoadedModels().Sum(static model => model.GpuBytes) ?? 0), TotalBytes = gpuBytes }]);
        MemoryPlan cpu = MemoryPlanner.Plan(ModelLoader.Prepare(models[0].Path, models[0].Options).Demand, Machine(0));
        one = MemoryPlanner.Plan(ModelLoader.Prepare(models[0].Path, models[0].Options).Demand, Machine(1L << 40)).GpuBytes;
        host = new ModelHost(new ModelList(models), new ModelHostOptions(), () => Machine(one * 5 / 2), (prepared, memory, cancellationToken) => ModelLoader.LoadAsync(prepared, cpu, cancellationToken));
        await using (host)
        {
            await host.LoadAsync("a");
            await host.LoadAsync("b");
            Assert.Equal("a b", HostWatch.Loaded(host));
            await host.LoadAsync("c");
            Assert.Equal("b c", HostWatch.Loaded(host));
            Assert.All(host.GetLoadedModels(), static model => Assert.True(model.GpuBytes > 0));
        }
    }

    [Fact]
    public async Task A_hundred_random_uses_of_five_models_with_room_for_two_all_end()
    {
        ModelLocation[] models = [.. Enumerable.Range(0, 4).Select(i => _files.Write($"m{i}")), _files.WriteBroken("m4")];
        ModelHost host = await _files.HostForTwo(models);
        var outcomes = new ConcurrentQueue<string>();
        int highest = 0;
        host.Changed += (_, _) => highest = Math.Max(highest, host.GetLoadedModels().Count);
        await Parallel.ForEachAsync(Enumerable.Range(0, 100), new ParallelOptions { MaxDegreeOfParallelism = 12 }, async (i, _) =>
        {
            var random = new Random(i);
            using CancellationTokenSource cancel = new();
            if (random.Next(4) == 0)
            {
                cancel.CancelAfter(random.Next(30));
            }

            try
            {
                TimeSpan? keepAlive = random.Next(3) switch { 0 => TimeSpan.Zero, 1 => s_minute, _ => null };
                using HostedModel use = await host.AcquireAsync($"m{random.Next(5)}", keepAlive, contextLength: null, cancel.Token);
                int[] tokens = await use.Model.GenerateAsync("x", Generations.Greedy(2), CancellationToken.None).Tokens();
                outcomes.Enqueue(tokens.Length == 2 ? "done" : "short");
            }
            catch (Exception e)
            {
                outcomes.Enqueue(e.GetType().Name);
            }
        }).WaitAsync(2 * HostedFiles.Patience);

        Assert.Equal(100, outcomes.Count);
        Assert.Subset(new HashSet<string>(StringComparer.Ordinal) { "done", nameof(ModelUnsupportedException), nameof(OperationCanceledException), nameof(TaskCanceledException) }, outcomes.ToHashSet(StringComparer.Ordinal));
        Assert.Contains("done", outcomes, StringComparer.Ordinal);
        Assert.Contains(nameof(ModelUnsupportedException), outcomes, StringComparer.Ordinal);
        Assert.InRange(highest, 1, 2);
        Assert.True(host.Counters.Evictions > 0);
        Assert.All(host.GetLoadedModels(), static model => Assert.Equal(0, model.RunningRequests));

        // What was loaded has been unloaded: none is left behind.
        await host.DisposeAsync();
        ModelHostCounters counters = host.Counters;
        Assert.Equal(counters.Loads, counters.Expirations + counters.Evictions + counters.Replacements + counters.Unloads);
    }
}
