using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace LocalInference.Cli.Tests.Settings;

public sealed class WatchedSettingsTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("settings-").FullName;

    private string FilePath => Path.Combine(_folder, "localinference.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_change_of_the_file_is_told_and_read_and_a_mistake_leaves_what_was()
    {
        await File.WriteAllTextAsync(FilePath, """{ "LocalInference": { "DefaultRoute": "one", "Providers": { "openai": { "KeyFile": "key" } } } }""");
        using WatchedSettings settings = new(static _ => null, FilePath);
        using SemaphoreSlim changed = new(0);
        using SemaphoreSlim unreadable = new(0);
        using IDisposable watch = ChangeToken.OnChange(settings.Configuration.GetReloadToken, () => changed.Release());
        settings.Unreadable = _ => unreadable.Release();
        Assert.Equal("one", settings.Configuration["DefaultRoute"]);
        Assert.Equal(Path.Combine(_folder, "key"), settings.Configuration["Providers:openai:KeyFile"]);

        await ReplaceAsync("""{ "LocalInference": { "DefaultRoute": "two" } }""");
        Assert.True(await changed.WaitAsync(s_patience));
        Assert.Equal(("two", false), (settings.Configuration["DefaultRoute"], settings.Configuration.GetSection("Providers").Exists()));

        await ReplaceAsync("{");
        Assert.True(await unreadable.WaitAsync(s_patience));
        Assert.Equal("two", settings.Configuration["DefaultRoute"]);
    }

    [Fact]
    public void A_named_file_that_is_not_there_is_refused_and_the_users_own_may_be_missing()
    {
        Assert.Throws<CliException>(() => new WatchedSettings(static _ => null, FilePath));
        using WatchedSettings settings = new(name => name == "XDG_CONFIG_HOME" ? _folder : null, path: null);

        Assert.Empty(settings.Configuration.AsEnumerable());
    }

    // As editors do it: the file is never there in part.
    private async Task ReplaceAsync(string text)
    {
        string beside = FilePath + ".new";
        await File.WriteAllTextAsync(beside, text);
        File.Move(beside, FilePath, overwrite: true);
    }
}
