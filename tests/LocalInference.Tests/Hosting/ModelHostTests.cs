using System.Collections.Concurrent;
using LocalInference.Abstractions;
using LocalInference.TestModels;

namespace LocalInference.Tests.Hosting;

[Collection(ModelTests.Name)]
public sealed class ModelHostTests : IDisposable
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    private readonly HostedFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Uses_at_the_same_time_share_one_load()
    {
        await using ModelHost host = _files.Host(null, _files.Write("a"));
        HostedModel[] uses = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => host.AcquireAsync("A").AsTask()));

        Assert.Single(uses.Select(static use => use.Model).Distinct());
        Assert.Equal((20, 1), (host.Counters.Uses, host.Counters.Loads));
        Assert.Equal(20, Assert.Single(host.GetLoadedModels()).RunningRequests);
        Assert.All(uses, static use => Assert.Equal("a", use.Name));
        Assert.Equal(4, (await uses[0].Model.GenerateAsync("x", Generations.Greedy(4)).Tokens()).Length);
        Array.ForEach(uses, static use => use.Dispose());
        uses[0].Dispose();
        Assert.Equal(0, Assert.Single(host.GetLoadedModels()).RunningRequests);
    }

    [Fact]
    public async Task Requests_that_wait_are_told_from_those_that_run()
    {
        await using ModelHost host = _files.Host(null, _files.Write("a"));
        using HostedModel one = await host.AcquireAsync("a");
        using HostedModel other = await host.AcquireAsync("a");
        using var hold = new ManualResetEventSlim();
        Task<bool> held = one.Model.Engine.RunAsync(_ => hold.Wait(HostedFiles.Patience));
        Task<int[]> answer = one.Model.GenerateAsync("x", Generations.Greedy(4)).Tokens();

        LoadedModel status = Assert.Single(host.GetLoadedModels());
        hold.Set();

        Assert.Equal((1, 1), (status.RunningRequests, status.WaitingRequests));
        Assert.True(await held);
        Assert.Equal(4, (await answer).Length);
        status = Assert.Single(host.GetLoadedModels());
        Assert.Equal((2, 0), (status.RunningRequests, status.WaitingRequests));
    }

    [Fact]
    public async Task A_model_expires_five_minutes_after_its_last_use()
    {
        await using ModelHost host = _files.Host(null, _files.Write("a"));
        Task<ModelChangedEventArgs> expired = Next(host, ModelChange.Expired);
        HostedModel use = await host.AcquireAsync("a");
        _files.Clock.Advance(60 * s_minute);
        Assert.Null(Assert.Single(host.GetLoadedModels()).ExpiresAt);
        Assert.Equal(0, _files.Clock.ArmedTimers);

        use.Dispose();
        Assert.Equal(_files.Clock.GetUtcNow() + (5 * s_minute), Assert.Single(host.GetLoadedModels()).ExpiresAt);
        Assert.Equal(1, _files.Clock.ArmedTimers);
        _files.Clock.Advance(4 * s_minute);
        using (await host.AcquireAsync("a"))
        {
        }

        _files.Clock.Advance((5 * s_minute) - TimeSpan.FromSeconds(1));
        Assert.Single(host.GetLoadedModels());
        _files.Clock.Advance(TimeSpan.FromSeconds(1));
        ModelChangedEventArgs change = await expired.WaitAsync(HostedFiles.Patience);
        Assert.Equal("a", change.Name);
        Assert.True(change.SizeInBytes > 0);
        Assert.Empty(host.GetLoadedModels());
        Assert.Equal((1, 1), (host.Counters.Loads, host.Counters.Expirations));
    }

    [Fact]
    public async Task Each_use_can_say_how_long_the_model_stays()
    {
        ModelLocation a = _files.Write("a") with { KeepAlive = 2 * s_minute };
        await using ModelHost host = _files.Host(null, a);
        (await host.AcquireAsync("a")).Dispose();
        Assert.Equal(_files.Clock.GetUtcNow() + (2 * s_minute), Assert.Single(host.GetLoadedModels()).ExpiresAt);

        await host.LoadAsync("a", Timeout.InfiniteTimeSpan);
        _files.Clock.Advance(TimeSpan.FromDays(400));
        Assert.Null(Assert.Single(host.GetLoadedModels()).ExpiresAt);

        HostedModel other = await host.AcquireAsync("a");
        Task expired = Next(host, ModelChange.Expired);
        await host.LoadAsync("a", TimeSpan.Zero);
        Assert.Single(host.GetLoadedModels());
        other.Dispose();
        await expired.WaitAsync(HostedFiles.Patience);
        Assert.Empty(host.GetLoadedModels());
    }

    [Fact]
    public async Task A_use_that_does_not_say_leaves_it_at_what_others_said()
    {
        await using ModelHost host = _files.Host(null, _files.Write("a"));
        await host.LoadAsync("a", Timeout.InfiniteTimeSpan);
        await host.LoadAsync("a");
        Assert.Null(Assert.Single(host.GetLoadedModels()).ExpiresAt);

        await host.LoadAsync("a", 2 * s_minute);
        _files.Clock.Advance(s_minute);
        await host.LoadAsync("a");
        Assert.Equal(_files.Clock.GetUtcNow() + (2 * s_minute), Assert.Single(host.GetLoadedModels()).ExpiresAt);

        // Only this load was told.
        Assert.True(await host.UnloadAsync("a"));
        await host.LoadAsync("a");
        Assert.Equal(_files.Clock.GetUtcNow() + (5 * s_minute), Assert.Single(host.GetLoadedModels()).ExpiresAt);
    }

    [Fact]
    public async Task The_model_used_longest_ago_gives_way_and_a_pinned_one_never()
    {
        ModelLocation[] models = [_files.Write("a"), _files.Write("b"), _files.Write("c"), _files.Write("d")];
        await using ModelHost host = await HostForTwo(models);
        await host.LoadAsync("a");
        await host.LoadAsync("b");
        await host.LoadAsync("a");

        await host.LoadAsync("c");
        Assert.Equal("a c", Loaded(host));
        await host.LoadAsync("a", Timeout.InfiniteTimeSpan);
        await host.LoadAsync("c");
        await host.LoadAsync("d");
        Assert.Equal("a d", Loaded(host));
        Assert.Equal(2, host.Counters.Evictions);
    }

    [Fact]
    public async Task A_model_in_use_is_waited_for_and_after_a_while_the_load_fails_with_the_figures()
    {
        ModelLocation[] models = [_files.Write("a"), _files.Write("b"), _files.Write("c")];
        await using ModelHost host = await HostForTwo(models);
        HostedModel a = await host.AcquireAsync("a");
        HostedModel b = await host.AcquireAsync("b");
        Task<HostedModel> c = host.AcquireAsync("c").AsTask();
        await WaitUntil(() => host.Counters.Waits > 0);
        Assert.False(c.IsCompleted);

        // Loaded models are not disturbed by one that waits.
        (await host.AcquireAsync("b")).Dispose();
        a.Dispose();
        (await c.WaitAsync(HostedFiles.Patience)).Dispose();
        Assert.Equal("b c", Loaded(host));

        HostedModel held = await host.AcquireAsync("c");
        long waits = host.Counters.Waits;
        Task<HostedModel> late = host.AcquireAsync("a").AsTask();
        await WaitUntil(() => host.Counters.Waits > waits && _files.Clock.ArmedTimers > 0);
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
    public async Task A_failed_load_fails_for_all_who_wait_and_for_nobody_later()
    {
        ModelLocation broken = _files.WriteBroken("a");
        await using ModelHost host = _files.Host(null, broken);
        Task<ModelChangedEventArgs> failed = Next(host, ModelChange.LoadFailed);
        Task<HostedModel>[] uses = [.. Enumerable.Range(0, 5).Select(_ => host.AcquireAsync("a").AsTask())];
        foreach (Task<HostedModel> use in uses)
        {
            await Assert.ThrowsAsync<ModelUnsupportedException>(() => use);
        }

        Assert.IsType<ModelUnsupportedException>((await failed.WaitAsync(HostedFiles.Patience)).Error);
        Assert.True(host.Counters.FailedLoads >= 1);
        _files.Write("a");
        (await host.AcquireAsync("a")).Dispose();
        Assert.Equal(1, host.Counters.Loads);
    }

    [Fact]
    public async Task A_changed_file_is_loaded_by_the_next_use_while_earlier_ones_go_on()
    {
        ModelLocation a = _files.Write("a");
        await using ModelHost host = _files.Host(null, a);
        HostedModel old = await host.AcquireAsync("a");
        _files.Write("a2", seed: 9);
        File.Move(a.Path.Replace("a.gguf", "a2.gguf", StringComparison.Ordinal), a.Path, overwrite: true);
        File.SetLastWriteTimeUtc(a.Path, DateTime.UtcNow.AddHours(1));

        Task<ModelChangedEventArgs> replaced = Next(host, ModelChange.Replaced);
        HostedModel changed = await host.AcquireAsync("a");
        Assert.NotSame(old.Model, changed.Model);
        Assert.Equal("a2", changed.Model.Info.Name);
        Assert.Equal(4, (await old.Model.GenerateAsync("x", Generations.Greedy(4)).Tokens()).Length);
        Assert.False(replaced.IsCompleted);
        old.Dispose();
        await replaced.WaitAsync(HostedFiles.Patience);
        Assert.Single(host.GetLoadedModels());
        changed.Dispose();
    }

    [Fact]
    public async Task Unloading_waits_for_the_uses_that_run()
    {
        await using ModelHost host = _files.Host(null, _files.Write("a"));
        Assert.False(await host.UnloadAsync("a"));
        HostedModel use = await host.AcquireAsync("a");
        Task<bool> unloaded = host.UnloadAsync("a").AsTask();
        Assert.False(unloaded.IsCompleted);
        HostedModel anew = await host.AcquireAsync("a");
        Assert.NotSame(use.Model, anew.Model);
        Assert.False(unloaded.IsCompleted);
        use.Dispose();
        Assert.True(await unloaded.WaitAsync(HostedFiles.Patience));
        Assert.Equal(1, host.Counters.Unloads);
        anew.Dispose();
    }

    [Fact]
    public async Task A_longer_context_loads_the_model_again_but_not_beyond_what_it_was_made_for()
    {
        ModelLocation a = _files.Write("a");
        await using ModelHost host = _files.Host(null, a with { Options = a.Options with { ContextLength = 64 } });
        HostedModel small = await host.AcquireAsync("a");
        Assert.Equal(64, small.Model.ContextLength);
        HostedModel large = await host.AcquireAsync("a", keepAlive: null, contextLength: 100_000);
        Assert.Equal(TestModelSpec.Llama.ContextLength, large.Model.ContextLength);
        HostedModel again = await host.AcquireAsync("a", keepAlive: null, contextLength: 100);
        Assert.Same(large.Model, again.Model);
        small.Dispose();
        large.Dispose();
        again.Dispose();
        await Assert.ThrowsAsync<GenerationException>(() => host.AcquireAsync("a", keepAlive: null, contextLength: 0).AsTask());
    }

    [Fact]
    public async Task Disposal_ends_uses_waits_and_loads()
    {
        ModelHost host = _files.Host(new ModelHostOptions { MaxLoadedModels = 1 }, _files.Write("a"), _files.Write("b"));
        HostedModel use = await host.AcquireAsync("a");
        Task<HostedModel> waiting = host.AcquireAsync("b").AsTask();
        await WaitUntil(() => host.Counters.Waits > 0);
        await host.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => use.Model.GenerateAsync("x", Generations.Greedy(4)).Tokens());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => host.LoadAsync("a").AsTask());
        Assert.Empty(host.GetLoadedModels());
        Assert.Equal(0, _files.Clock.ArmedTimers);
        use.Dispose();
        await host.DisposeAsync();
    }

    [Fact]
    public async Task A_logger_that_fails_keeps_nobody_from_a_model_nor_the_host_from_its_end()
    {
        using var log = new RecordedLog(fails: true);
        ModelHost host = _files.Host(new ModelHostOptions { LoggerFactory = log }, _files.Write("a"), _files.WriteBroken("b"));
        await Assert.ThrowsAsync<ModelUnsupportedException>(() => host.LoadAsync("b").AsTask().WaitAsync(HostedFiles.Patience));
        HostedModel use = await host.AcquireAsync("a").AsTask().WaitAsync(HostedFiles.Patience);
        Assert.Equal(4, (await use.Model.GenerateAsync("x", Generations.Greedy(4)).Tokens()).Length);
        use.Dispose();
        Assert.True(await host.UnloadAsync("a").AsTask().WaitAsync(HostedFiles.Patience));
        await host.LoadAsync("a").AsTask().WaitAsync(HostedFiles.Patience);

        await host.DisposeAsync().AsTask().WaitAsync(HostedFiles.Patience);
        Assert.Empty(host.GetLoadedModels());
        Assert.Equal((2, 1, 2), (host.Counters.Loads, host.Counters.FailedLoads, host.Counters.Unloads));
        Assert.NotEmpty(log.Lines);
    }

    [Fact]
    public async Task A_machine_that_is_slow_to_say_its_memory_holds_up_loads_only()
    {
        using var answers = new ManualResetEventSlim();
        using CancellationTokenSource cancel = new();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using ModelHost host = new(
            new ModelList(_files.Write("a"), _files.Write("b")),
            new ModelHostOptions(),
            () =>
            {
                asked.TrySetResult();
                answers.Wait();
                return MachineMemory.Read();
            },
            ModelLoader.LoadAsync);
        Task<HostedModel> first = host.AcquireAsync("a").AsTask();
        try
        {
            await asked.Task.WaitAsync(HostedFiles.Patience);
            Assert.Empty(await Task.Run(() => host.GetLoadedModels()).WaitAsync(HostedFiles.Patience));
            Task<HostedModel> second = host.AcquireAsync("b", cancel.Token).AsTask();
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.WaitAsync(HostedFiles.Patience));
            Assert.False(first.IsCompleted);
        }
        finally
        {
            answers.Set();
        }

        (await first.WaitAsync(HostedFiles.Patience)).Dispose();
        Assert.Equal((2, 1), (host.Counters.Uses, host.Counters.Loads));
    }

    [Fact]
    public async Task Nobody_is_told_of_a_models_end_before_its_beginning()
    {
        using var heard = new ManualResetEventSlim();
        using CancellationTokenSource cancel = new();
        await using ModelHost host = _files.Host(null, _files.Write("a"));
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var told = new ConcurrentQueue<string>();
        host.Changed += (_, e) =>
        {
            told.Enqueue($"{e.Change}");
            if (e.Change == ModelChange.Loaded)
            {
                begun.SetResult();
                heard.Wait(HostedFiles.Patience);
                told.Enqueue("heard");
            }
        };
        Task<ModelChangedEventArgs> expired = Next(host, ModelChange.Expired);
        Task<HostedModel> use = host.AcquireAsync("a", TimeSpan.Zero, contextLength: null, cancel.Token).AsTask();
        await begun.Task.WaitAsync(HostedFiles.Patience);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => use);

        // Time for one that would come too early; nothing depends on how long it is.
        await Task.WhenAny(expired, Task.Delay(TimeSpan.FromMilliseconds(200)));
        heard.Set();
        await expired.WaitAsync(HostedFiles.Patience);
        Assert.Equal("Loaded heard Expired", string.Join(' ', told));
    }

    [Fact]
    public async Task A_load_may_wait_for_memory_as_long_as_it_takes()
    {
        await using ModelHost host = _files.Host(new ModelHostOptions { MaxLoadedModels = 1, MemoryTimeout = TimeSpan.MaxValue }, _files.Write("a"), _files.Write("b"));
        HostedModel use = await host.AcquireAsync("a");
        Task<HostedModel> waiting = host.AcquireAsync("b").AsTask();
        await WaitUntil(() => host.Counters.Waits > 0);
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
            Assert.Equal("a b", Loaded(host));
            await host.LoadAsync("c");
            Assert.Equal("b c", Loaded(host));
            Assert.All(host.GetLoadedModels(), static model => Assert.True(model.GpuBytes > 0));
        }
    }

    [Fact]
    public async Task The_catalog_knows_what_files_and_headers_say()
    {
        ModelLocation a = _files.Write("a");
        await using ModelHost host = _files.Host(null, a, _files.WriteBroken("b"), new ModelLocation("gone", a.Path + ".gone"));
        IReadOnlyList<ModelDescription> all = await host.ListModelsAsync();
        Assert.Equal("a b", string.Join(' ', all.Select(static model => model.Name).Order(StringComparer.Ordinal)));
        Assert.Equal(new FileInfo(a.Path).Length, all.Single(static model => model.Name == "a").SizeInBytes);

        ModelDescription? found = await host.FindModelAsync("A");
        Assert.Equal(("llama", 256, "F32"), (found!.Architecture, found.ContextLength, found.Quantization));
        Assert.Equal(ModelCapabilities.Completion, found.Capabilities);
        Assert.Null(await host.FindModelAsync("nobody"));
        await Assert.ThrowsAsync<ModelUnsupportedException>(() => host.FindModelAsync("b").AsTask());
        ModelNotFoundException unknown = await Assert.ThrowsAsync<ModelNotFoundException>(() => host.AcquireAsync("nobody").AsTask());
        Assert.Contains("a, b", unknown.NextStep, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ModelNotFoundException>(() => host.AcquireAsync("gone").AsTask());
        Assert.Empty(host.GetLoadedModels());
    }

    [Fact]
    public async Task A_hundred_random_uses_of_five_models_with_room_for_two_all_end()
    {
        ModelLocation[] models = [.. Enumerable.Range(0, 4).Select(i => _files.Write($"m{i}")), _files.WriteBroken("m4")];
        ModelHost host = await HostForTwo(models);
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

    private async Task<ModelHost> HostForTwo(ModelLocation[] models)
    {
        long one = await HostedFiles.SizeOf(models[0]);
        return _files.Host(new ModelHostOptions { MemoryBudgetBytes = one * 5 / 2 }, models);
    }

    internal static string Loaded(ModelHost host) => string.Join(' ', host.GetLoadedModels().Select(static model => model.Name).Order(StringComparer.Ordinal));

    private static Task<ModelChangedEventArgs> Next(ModelHost host, ModelChange change)
    {
        var next = new TaskCompletionSource<ModelChangedEventArgs>(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Changed += (_, e) => _ = e.Change == change && next.TrySetResult(e);
        return next.Task;
    }

    private static async Task WaitUntil(Func<bool> condition)
    {
        using CancellationTokenSource timeout = new(HostedFiles.Patience);
        while (!condition())
        {
            await Task.Delay(5, timeout.Token);
        }
    }
}
