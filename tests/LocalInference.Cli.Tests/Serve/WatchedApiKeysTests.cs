using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Serve;
using LocalInference.Server;
using Microsoft.Extensions.Logging.Abstractions;

namespace LocalInference.Cli.Tests.Serve;

public sealed class WatchedApiKeysTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-keys-").FullName;

    private string FilePath => Path.Combine(_folder, "keys.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Keys_are_read_again_when_another_file_takes_the_place_of_theirs()
    {
        Write(FilePath, "anna");
        using WatchedApiKeys keys = new(FilePath, NullLogger.Instance);
        TaskCompletionSource<ApiKeyOptions> changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        keys.OnChange((now, _) => changed.TrySetResult(now));
        Assert.Equal("anna", Assert.Single(keys.CurrentValue.Keys).Name);

        Write(FilePath + ".new", "bob");
        File.Move(FilePath + ".new", FilePath, overwrite: true);

        Assert.Equal("bob", Assert.Single((await changed.Task.WaitAsync(s_patience)).Keys).Name);
        Assert.Equal("bob", Assert.Single(keys.CurrentValue.Keys).Name);
    }

    [Fact]
    public async Task While_the_file_cannot_be_read_the_old_keys_hold()
    {
        Write(FilePath, "anna");
        using WatchedApiKeys keys = new(FilePath, NullLogger.Instance);
        TaskCompletionSource<ApiKeyOptions> changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        keys.OnChange((now, _) => changed.TrySetResult(now));

        await File.WriteAllTextAsync(FilePath, "[");
        await Task.Delay(TimeSpan.FromMilliseconds(500));
        Assert.Equal("anna", Assert.Single(keys.CurrentValue.Keys).Name);

        Write(FilePath, "bob");
        Assert.Equal("bob", Assert.Single((await changed.Task.WaitAsync(s_patience)).Keys).Name);
    }

    [Fact]
    public void A_file_that_is_not_there_is_wrong_usage() =>
        Assert.Equal(ExitCode.Usage, Assert.Throws<CliException>(() => new WatchedApiKeys(FilePath, NullLogger.Instance)).Code);

    private static void Write(string path, string name) => File.WriteAllText(path, $$"""[{"name":"{{name}}","hash":"{{ApiKey.HashOf(name)}}"}]""");
}
