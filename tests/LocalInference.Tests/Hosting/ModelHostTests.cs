using LocalInference.Abstractions;
using LocalInference.TestModels;

namespace LocalInference.Tests.Hosting;

/// <summary>Uses of models, what is known of them, and the ends of both.</summary>
[Collection(ModelTests.Name)]
public sealed class ModelHostTests : IDisposable
{
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
    public async Task A_changed_file_is_loaded_by_the_next_use_while_earlier_ones_go_on()
    {
        ModelLocation a = _files.Write("a");
        await using ModelHost host = _files.Host(null, a);
        HostedModel old = await host.AcquireAsync("a");
        _files.Write("a2", seed: 9);
        File.Move(a.Path.Replace("a.gguf", "a2.gguf", StringComparison.Ordinal), a.Path, overwrite: true);
        File.SetLastWriteTimeUtc(a.Path, DateTime.UtcNow.AddHours(1));

        Task<ModelChangedEventArgs> replaced = HostWatch.Next(host, ModelChange.Replaced);
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
        await HostWatch.Until(() => host.Counters.Waits > 0);
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
}
