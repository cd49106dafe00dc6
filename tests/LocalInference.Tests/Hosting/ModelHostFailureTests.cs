using LocalInference.Abstractions;

namespace LocalInference.Tests.Hosting;

/// <summary>Files, loggers and machines that fail or are slow.</summary>
[Collection(ModelTests.Name)]
public sealed class ModelHostFailureTests : IDisposable
{
    private readonly HostedFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task A_failed_load_fails_for_all_who_wait_and_for_nobody_later()
    {
        ModelLocation broken = _files.WriteBroken("a");
        await using ModelHost host = _files.Host(null, broken);
        Task<ModelChangedEventArgs> failed = HostWatch.Next(host, ModelChange.LoadFailed);
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
}
