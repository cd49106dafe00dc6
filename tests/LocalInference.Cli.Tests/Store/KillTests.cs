using System.Diagnostics;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Tests.EndToEnd;
using LocalInference.TestModels;
using LocalInference.Tests.Store.Pulling;

namespace LocalInference.Cli.Tests.Store;

/// <summary>Processes that are killed while they work on a store; <c>LOCALINFERENCE_KILLS</c> says how many of each kind, 6 if it does not.</summary>
public sealed class KillTests : IDisposable
{
    private const int ModelBytes = 24 << 20;

    // A little more than the answers' other parts.
    private const long Loose = 64 << 10;

    private static readonly int s_kills = int.TryParse(Environment.GetEnvironmentVariable("LOCALINFERENCE_KILLS"), out int kills) ? kills : 6;

    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-kill-").FullName;

    private string Models => Path.Combine(_folder, "store");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_pull_goes_on_where_it_was_killed()
    {
        await using TestRegistry registry = new();
        ModelManifest manifest = registry.Offer("library/m:t", (MediaTypes.Model, TestRegistry.Bytes(1, ModelBytes)), (MediaTypes.Config, "{}"u8.ToArray()));
        string name = $"{registry.Host}/library/m:t";
        StoreRoot root = new(Models, isWritable: true);
        SplitMix64 dice = new(7);
        for (int kill = 0; kill < s_kills; kill++)
        {
            long before = DownloadFile.ReadFilled(root, manifest.Layers[0]);

            // It takes eight seconds: however late the kill comes, it comes before the end.
            await KillAsync(
                () => registry.Requests.Any(static request => request.Path.Contains("/blobs/", StringComparison.Ordinal)),
                dice.Below(400),
                "pull", name, "--insecure", "--models", Models, "--limit", $"{(ModelBytes - before) / 8}");
            registry.Requests.Clear();
            using ModelStore store = ModelStore.Open(new ModelStoreOptions { Directory = Models, ReadOnlyDirectories = [] });
            Assert.Empty(store.List());
            Assert.True(DownloadFile.ReadFilled(root, manifest.Layers[0]) >= before);
        }

        // The registry may still be writing to the last one that was killed.
        await Task.Delay(TimeSpan.FromMilliseconds(300));
        long filled = DownloadFile.ReadFilled(root, manifest.Layers[0]);
        long sent = registry.BytesSent;
        CliProcess last = await CliProcess.RunAsync("pull", name, "--insecure", "--models", Models);

        Assert.Equal((ExitCode.Success, ""), (last.ExitCode, last.Out));
        Assert.InRange(filled, 1, ModelBytes);
        Assert.InRange(registry.BytesSent - sent, ModelBytes - filled, ModelBytes - filled + Loose);
        await VerifyAsync(name);
    }

    [Fact]
    public async Task A_creation_that_was_killed_leaves_nothing_that_lists_and_succeeds_the_next_time()
    {
        string recipe = Path.Combine(_folder, "Modelfile");
        TestModel.Write(Path.Combine(_folder, "model.gguf"), TestModelSpec.Llama);
        await File.WriteAllTextAsync(recipe, "FROM ./model.gguf\nSYSTEM a\n");
        SplitMix64 dice = new(8);
        for (int kill = 0; kill < s_kills; kill++)
        {
            await KillAsync(static () => true, 100 + dice.Below(400), "create", "tiny", "-f", recipe, "--models", Models);
            using ModelStore store = ModelStore.Open(new ModelStoreOptions { Directory = Models, ReadOnlyDirectories = [] });
            Assert.Empty(await store.VerifyAsync());
        }

        CliProcess last = await CliProcess.RunAsync("create", "tiny", "-f", recipe, "--models", Models);

        Assert.Equal(ExitCode.Success, last.ExitCode);
        await VerifyAsync("tiny");
        using ModelStore end = ModelStore.Open(new ModelStoreOptions { Directory = Models, ReadOnlyDirectories = [] });
        end.Prune();
        Assert.DoesNotContain(Directory.GetFiles(Path.Combine(Models, "blobs")), static path => Path.GetFileName(path).StartsWith('.'));
    }

    private async Task VerifyAsync(string name)
    {
        using ModelStore store = ModelStore.Open(new ModelStoreOptions { Directory = Models, ReadOnlyDirectories = [] });
        Assert.Empty(await store.VerifyAsync());
        Assert.NotNull(store.Find(name));
    }

    private static async Task KillAsync(Func<bool> hasBegun, int milliseconds, params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", [CliProcess.Assembly, .. arguments]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        while (!hasBegun() && !process.HasExited)
        {
            await Task.Delay(5);
        }

        await Task.Delay(milliseconds);
        process.Kill();
        await process.WaitForExitAsync();
    }
}
