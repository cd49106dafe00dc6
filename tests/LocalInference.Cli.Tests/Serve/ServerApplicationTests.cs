using System.Security.Cryptography;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Serve;
using LocalInference.Cli.Tests.Fakes;
using Microsoft.AspNetCore.Builder;

namespace LocalInference.Cli.Tests.Serve;

public sealed class ServerApplicationTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-server-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(null, false)]
    [InlineData("1", true)]
    public async Task A_blob_that_no_model_needs_goes_when_it_starts_unless_it_is_to_stay(string? noPrune, bool stays)
    {
        byte[] content = "nobody's"u8.ToArray();
        string digest = Convert.ToHexStringLower(SHA256.HashData(content));
        string blob = Path.Combine(_folder, "blobs", $"sha256-{digest}");
        using ModelStore store = ModelStore.Open(new ModelStoreOptions { Directory = _folder, ReadOnlyDirectories = [] });
        using MemoryStream sent = new(content);
        Assert.True(await store.AddBlobAsync($"sha256:{digest}", sent));
        File.SetLastWriteTimeUtc(blob, DateTime.UtcNow.AddDays(-15));
        ServeSettings settings = await ServeSettings.ReadAsync(
            name => name == "OLLAMA_NOPRUNE" ? noPrune : null, "127.0.0.1:0", models: [], keepAlive: null, new LocalModelOptions(), CancellationToken.None);
        await using WebApplication app = ServerApplication.Create(settings, store);

        await app.StartAsync();

        Assert.Equal(stays, File.Exists(blob));
    }

    [Fact]
    public async Task An_address_that_is_not_this_machines_is_named_with_what_to_do()
    {
        // Addresses for examples, which no machine has (RFC 5737).
        using CliHarness cli = new() { Store = Path.Combine(_folder, "store"), Variables = new Dictionary<string, string>(StringComparer.Ordinal) { ["XDG_CONFIG_HOME"] = _folder } };

        int code = await cli.RunAsync("serve", "--host", "192.0.2.1:0", "--batches", Path.Combine(_folder, "batches")).WaitAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(ExitCode.Failure, code);
        Assert.StartsWith("error: Nobody can listen on 192.0.2.1:0 here: ", cli.Error, StringComparison.Ordinal);
        Assert.Contains("--host", cli.Error, StringComparison.Ordinal);
    }
}
