using System.Diagnostics;
using LocalInference.Abstractions;

namespace LocalInference.Tests.Store.Registries;

public sealed class DockerRegistryTests : IDisposable
{
    private readonly StoreFolder _folder = new();

    private static readonly PullOptions s_pull = new() { AllowInsecure = true };
    private static readonly PushOptions s_push = new() { AllowInsecure = true, ChunkBytes = 64 << 10, RetryDelay = TimeSpan.FromMilliseconds(50) };

    public void Dispose() => _folder.Dispose();

    [DockerRegistryFact]
    public async Task A_model_that_was_pushed_and_deleted_comes_back_bit_for_bit()
    {
        await using DockerRegistry registry = await DockerRegistry.StartAsync();
        string name = await CreateAsync(registry);
        IndexedModel before = Entry(name);
        byte[] weights = await File.ReadAllBytesAsync(before.Root.BlobPath(before.Manifest.Layers[0].Digest));
        await _folder.Store.PushAsync(name, s_push);
        _folder.Store.Remove(name);
        Assert.Empty(_folder.BlobNames());

        await _folder.Store.PullAsync(name, s_pull);

        Assert.Equal(before.Json, Entry(name).Json);
        Assert.Equal(weights, await File.ReadAllBytesAsync(before.Root.BlobPath(before.Manifest.Layers[0].Digest)));
        Assert.Empty(await _folder.Store.VerifyAsync());
    }

    [DockerRegistryFact("skopeo", "curl")]
    public async Task Other_clients_read_the_same_bytes()
    {
        await using DockerRegistry registry = await DockerRegistry.StartAsync();
        string name = await CreateAsync(registry);
        await _folder.Store.PushAsync(name, s_push);
        IndexedModel model = Entry(name);
        string copy = Path.Combine(_folder.Folder, "copy");

        // It copies none of Ollama's manifests (1.9: "unsupported docker v2s2 media type"), but shows them; curl has no opinion on blobs.
        Assert.Equal(model.Json, await RunAsync("skopeo", "inspect", "--raw", "--tls-verify=false", $"docker://{name}"));
        foreach (ManifestLayer blob in model.Manifest.Blobs)
        {
            await RunAsync("curl", "-sSf", "-o", copy, $"http://{registry.Host}/v2/library/m/blobs/{blob.Digest}");
            Assert.Equal(await File.ReadAllBytesAsync(model.Root.BlobPath(blob.Digest)), await File.ReadAllBytesAsync(copy));
        }
    }

    [DockerRegistryFact]
    public async Task A_blob_of_another_repository_is_not_uploaded_again()
    {
        await using DockerRegistry registry = await DockerRegistry.StartAsync();
        string name = await CreateAsync(registry);
        await _folder.Store.PushAsync(name, s_push);
        string other = $"{registry.Host}/someone/other:t";
        await _folder.Store.CopyAsync(name, other);
        ProgressList listener = new();

        await _folder.Store.PushAsync(other, s_push, listener);

        // Nothing is told of a blob on its way, but that it is there.
        Assert.All(listener.Reports.Where(static report => report.Total is not null), static report => Assert.Equal(report.Total, report.Completed));
        using StoreFolder another = new();
        await another.Store.PullAsync(other, s_pull);
        Assert.Empty(await another.Store.VerifyAsync());
    }

    [DockerRegistryFact]
    public async Task A_registry_with_a_password_takes_models_from_who_knows_it()
    {
        await using DockerRegistry registry = await DockerRegistry.StartAsync(wantsPassword: true);
        string name = await CreateAsync(registry);
        Dictionary<string, RegistryCredential> right = new(StringComparer.Ordinal) { [registry.Host] = new(DockerRegistry.User, DockerRegistry.Password) };
        Dictionary<string, RegistryCredential> wrong = new(StringComparer.Ordinal) { [registry.Host] = new(DockerRegistry.User, "guess") };

        Assert.Equal("upload_refused", (await Assert.ThrowsAsync<StoreException>(() => _folder.Store.PushAsync(name, s_push with { Credentials = wrong }))).Code);
        await _folder.Store.PushAsync(name, s_push with { Credentials = right });

        Assert.Equal("download_refused", (await Assert.ThrowsAsync<StoreException>(() => _folder.Store.PullAsync(name, s_pull))).Code);
        await _folder.Store.PullAsync(name, s_pull with { Credentials = right });
    }

    [DockerRegistryFact]
    public async Task An_upload_outlives_the_registry()
    {
        await using DockerRegistry registry = await DockerRegistry.StartAsync();
        string name = await CreateAsync(registry);
        Task? crash = null;
        Action crashOnce = () => crash ??= Task.Run(async () =>
        {
            await registry.KillAsync();
            await registry.ResumeAsync();
        });

        // Slowly enough for progress to be told on the way.
        PushOptions options = s_push with { RetryDelay = TimeSpan.FromMilliseconds(300), MaxBytesPerSecond = 1_000_000 };
        await _folder.Store.PushAsync(name, options, new Trigger(report => report is { Total: > 200_000, Completed: > 128 << 10 }, crashOnce));

        Assert.NotNull(crash);
        await crash;
        _folder.Store.Remove(name);
        await _folder.Store.PullAsync(name, s_pull);
        Assert.Empty(await _folder.Store.VerifyAsync());
    }

    private async Task<string> CreateAsync(DockerRegistry registry)
    {
        string name = $"{registry.Host}/library/m:t";
        await _folder.CreateAsync(name, $"FROM {_folder.WriteModel()}\nSYSTEM Be brief.\nPARAMETER stop <end>\nLICENSE MIT\n");
        return name;
    }

    private IndexedModel Entry(string name) => _folder.Store.FindEntry(ModelName.Parse(name))!;

    private static async Task<byte[]> RunAsync(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        using MemoryStream output = new();
        await process.StandardOutput.BaseStream.CopyToAsync(output);
        await process.WaitForExitAsync();
        Assert.Equal((0, ""), (process.ExitCode, await error));
        return output.ToArray();
    }

    private sealed class Trigger(Predicate<StoreProgress> when, Action then) : IProgress<StoreProgress>
    {
        public void Report(StoreProgress value)
        {
            if (when(value))
            {
                then();
            }
        }
    }
}
