using System.Collections.Concurrent;
using LocalInference.Abstractions;
using LocalInference.TestModels;

namespace LocalInference.Tests;

/// <summary>Writes each tiny model once and loads it once for all tests of a collection.</summary>
public sealed class ModelFixture : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-tests-").FullName;
    private readonly ConcurrentDictionary<string, Lazy<string>> _files = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Lazy<Task<LocalModel>>> _models = new(StringComparer.Ordinal);

    public string FileOf(TestModelSpec spec) =>
        _files.GetOrAdd(spec.Name, _ => new Lazy<string>(() => TestModel.WriteTo(_folder, spec))).Value;

    public Task<LocalModel> ModelOf(TestModelSpec spec) =>
        _models.GetOrAdd(spec.Name, _ => new Lazy<Task<LocalModel>>(() => LocalModel.LoadAsync(FileOf(spec)))).Value;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (Lazy<Task<LocalModel>> model in _models.Values)
        {
            await (await model.Value).DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>Tests that share the fixture run one after the other: each of them wants the machine's cores.</summary>
[CollectionDefinition(Name)]
public sealed class ModelTests : ICollectionFixture<ModelFixture>
{
    public const string Name = "Models";
}

/// <summary>Tests that look at the whole process, its memory or its log, run when all others are done: what those do would show.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class WholeProcessTests : ICollectionFixture<ModelFixture>
{
    public const string Name = "Whole process";
}

/// <summary>Short ways to run a generation to its end.</summary>
internal static class Generations
{
    public static GenerationOptions Greedy(int maxTokens) =>
        new() { MaxTokens = maxTokens, Sampling = SamplingOptions.Greedy, IgnoreEndOfGeneration = true };

    public static async Task<List<GenerationUpdate>> Collect(this IAsyncEnumerable<GenerationUpdate> updates)
    {
        var all = new List<GenerationUpdate>();
        await foreach (GenerationUpdate update in updates)
        {
            all.Add(update);
        }

        return all;
    }

    public static async Task<int[]> Tokens(this IAsyncEnumerable<GenerationUpdate> updates) =>
        [.. (await updates.Collect()).Where(u => u.Token is not null).Select(u => u.Token!.Value)];

    public static async Task<string> Text(this IAsyncEnumerable<GenerationUpdate> updates) =>
        string.Concat((await updates.Collect()).Select(u => u.Text));
}
