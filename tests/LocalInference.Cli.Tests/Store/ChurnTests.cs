using System.Diagnostics;
using System.Globalization;
using LocalInference.Abstractions;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Tests.EndToEnd;
using LocalInference.TestModels;
using LocalInference.Tests.Store.Pulling;

namespace LocalInference.Cli.Tests.Store;

/// <summary>Processes that change a store at the same time; <c>LOCALINFERENCE_STORE_SECONDS</c> says how long, 5 if it does not.</summary>
public sealed class ChurnTests : IDisposable
{
    private const int Processes = 4;
    private const int Models = 3;
    private const int ModelBytes = 300_000;

    private static readonly TimeSpan s_time = TimeSpan.FromSeconds(
        double.TryParse(Environment.GetEnvironmentVariable("LOCALINFERENCE_STORE_SECONDS"), NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds) ? seconds : 5);

    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-churn-").FullName;

    private string Root => Path.Combine(_folder, "store");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Processes_that_pull_create_copy_and_delete_at_once_leave_a_store_without_faults()
    {
        await using TestRegistry registry = new();
        byte[] shared = TestRegistry.Bytes(99, ModelBytes);
        for (int i = 0; i < Models; i++)
        {
            // They share a part, so that what one process deletes another may be about to use.
            registry.Offer($"library/m{i}:t", (MediaTypes.Model, TestRegistry.Bytes((ulong)i, ModelBytes)), (MediaTypes.Projector, shared), (MediaTypes.Config, "{}"u8.ToArray()));
        }

        TestModel.Write(Path.Combine(_folder, "model.gguf"), TestModelSpec.Llama);
        string recipe = Path.Combine(_folder, "Modelfile");
        await File.WriteAllTextAsync(recipe, "FROM ./model.gguf\nSYSTEM a\n");
        Stopwatch time = Stopwatch.StartNew();
        int[] commands = await Task.WhenAll(Enumerable.Range(0, Processes).Select(process => ChurnAsync(registry.Host, recipe, (ulong)process, time)));

        using ModelStore store = ModelStore.Open(new ModelStoreOptions { Directory = Root, ReadOnlyDirectories = [] });
        Assert.Empty(await store.VerifyAsync());
        Assert.All(commands, static count => Assert.True(count > 0));

        // With all models gone nothing is left. Who removed beside somebody who added left what that frees to a later one, which leaves
        // alone what is younger than an hour.
        foreach (StoredModel model in store.List())
        {
            store.Remove(model.Name);
        }

        Array.ForEach(Blobs(), static path => File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddHours(-2)));
        store.Prune();
        Assert.Empty(Blobs());
        Assert.Empty(Directory.GetDirectories(Path.Combine(Root, "manifests")));
    }

    private string[] Blobs() => Directory.GetFiles(Path.Combine(Root, "blobs"), "sha256-*");

    private async Task<int> ChurnAsync(string host, string recipe, ulong seed, Stopwatch time)
    {
        SplitMix64 dice = new(seed);
        int commands = 0;
        while (time.Elapsed < s_time)
        {
            string name = $"{host}/library/m{dice.Below(Models)}:t";
            string[] command = dice.Below(5) switch
            {
                0 or 1 => ["pull", name, "--insecure"],
                2 => ["create", $"mine{dice.Below(2)}", "-f", recipe],
                3 => ["cp", name, $"copy{dice.Below(2)}"],
                _ => ["rm", dice.Below(2) == 0 ? name : $"copy{dice.Below(2)}"],
            };
            CliProcess ended = await CliProcess.RunAsync([.. command, "--models", Root]);
            commands++;

            // What another process has just removed cannot be copied or removed; all else succeeds.
            bool mayBeMissing = command[0] is "cp" or "rm" && ended.Error.Contains("There is no model named", StringComparison.Ordinal);
            Assert.True(ended.ExitCode == ExitCode.Success || mayBeMissing, $"{string.Join(' ', command)}: {ended.Error}");
        }

        return commands;
    }
}
