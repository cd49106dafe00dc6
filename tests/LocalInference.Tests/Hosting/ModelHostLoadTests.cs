using LocalInference.Abstractions;

namespace LocalInference.Tests.Hosting;

/// <summary>Loads, and who waits for them.</summary>
[Collection(ModelTests.Name)]
public sealed class ModelHostLoadTests : IDisposable
{
    private readonly HostedFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task A_load_that_nobody_waits_for_is_given_up()
    {
        ModelLocation a = _files.Write("a");
        var begun = new TaskCompletionSource();
        var stopped = new TaskCompletionSource();
        await using ModelHost host = new(
            new ModelList(a),
            new ModelHostOptions(),
            MachineMemory.Read,
            async (prepared, memory, cancellationToken) =>
            {
                if (begun.TrySetResult())
                {
                    using CancellationTokenRegistration registration = cancellationToken.Register(stopped.SetResult);
                    await Task.Delay(Timeout.Infinite, cancellationToken);
                }

                return await ModelLoader.LoadAsync(prepared, memory, cancellationToken);
            });
        using CancellationTokenSource one = new();
        using CancellationTokenSource two = new();
        Task<HostedModel> first = host.AcquireAsync("a", one.Token).AsTask();
        Task<HostedModel> second = host.AcquireAsync("a", two.Token).AsTask();
        await begun.Task.WaitAsync(HostedFiles.Patience);
        await one.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.False(stopped.Task.IsCompleted);
        await two.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        await stopped.Task.WaitAsync(HostedFiles.Patience);

        (await host.AcquireAsync("a")).Dispose();
        Assert.Equal((1, 0), (host.Counters.Loads, host.Counters.FailedLoads));
    }

    [Fact]
    public async Task No_more_may_wait_for_a_load_than_for_the_loaded_model()
    {
        ModelLocation a = _files.Write("a");
        var mayLoad = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using ModelHost host = new(
            new ModelList(a with { Options = a.Options with { QueueLimit = 3 } }),
            new ModelHostOptions(),
            MachineMemory.Read,
            async (prepared, memory, cancellationToken) =>
            {
                await mayLoad.Task.WaitAsync(cancellationToken);
                return await ModelLoader.LoadAsync(prepared, memory, cancellationToken);
            });
        using CancellationTokenSource cancel = new();
        Task<HostedModel> impatient = host.AcquireAsync("a", cancel.Token).AsTask();
        Task<HostedModel>[] patient = [.. Enumerable.Range(0, 2).Select(_ => host.AcquireAsync("a").AsTask())];

        BusyException busy = await Assert.ThrowsAsync<BusyException>(() => host.AcquireAsync("a").AsTask());
        Assert.Equal(("busy", "3", "3"), (busy.Code, busy.Value, busy.Limit));
        Assert.True(busy.RetryAfter > TimeSpan.Zero);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        Task<HostedModel> late = host.AcquireAsync("a").AsTask();
        await Assert.ThrowsAsync<BusyException>(() => host.AcquireAsync("a").AsTask());

        mayLoad.SetResult();
        Task<HostedModel>[] all = [late, .. patient];
        HostedModel[] uses = await Task.WhenAll(all).WaitAsync(HostedFiles.Patience);
        using HostedModel more = await host.AcquireAsync("a");
        Assert.All(uses, use => Assert.Same(more.Model, use.Model));
        Assert.Equal((5, 1), (host.Counters.Uses, host.Counters.Loads));
        Array.ForEach(uses, static use => use.Dispose());
    }

    [Fact]
    public async Task Loads_of_different_models_run_side_by_side()
    {
        int loading = 0;
        var both = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using ModelHost host = new(
            new ModelList(_files.Write("a"), _files.Write("b")),
            new ModelHostOptions(),
            MachineMemory.Read,
            async (prepared, memory, cancellationToken) =>
            {
                if (Interlocked.Increment(ref loading) == 2)
                {
                    both.SetResult();
                }

                // One after the other would wait in vain.
                await both.Task.WaitAsync(HostedFiles.Patience, cancellationToken);
                return await ModelLoader.LoadAsync(prepared, memory, cancellationToken);
            });

        await Task.WhenAll(host.LoadAsync("a").AsTask(), host.LoadAsync("b").AsTask());

        Assert.Equal("a b", HostWatch.Loaded(host));
    }

    [Fact]
    public async Task A_stream_goes_on_while_another_model_is_unloaded_and_loaded()
    {
        await using ModelHost host = _files.Host(null, _files.Write("a"), _files.Write("b"));
        await host.LoadAsync("b");
        using HostedModel a = await host.AcquireAsync("a");
        int tokens = 0;
        await foreach (GenerationUpdate update in a.Model.GenerateAsync("x", Generations.Greedy(200)))
        {
            if (update.Token is not null && ++tokens is 1 or 100)
            {
                Assert.True(await host.UnloadAsync("b"));
                await host.LoadAsync("b");
            }
        }

        Assert.Equal(200, tokens);
        Assert.Equal((4, 2), (host.Counters.Loads, host.Counters.Unloads));
    }
}
