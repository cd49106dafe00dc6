using LocalInference.TestModels;

namespace LocalInference.Tests.Memory;

[Collection(ModelTests.Name)]
public sealed class PrefixFolderTests(ModelFixture fixture) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-prefixes-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_folder_that_takes_files_is_left_as_it_was()
    {
        using var log = new RecordedLog();
        PrefixFolder.WarnIfUnusable(_folder, log);

        Assert.Empty(log.Lines);
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public async Task A_folder_that_takes_none_is_named_once_when_a_model_is_loaded()
    {
        string none = Path.Combine(_folder, "none");
        using var log = new RecordedLog();
        LocalModelOptions options = new() { ContextLength = 64, PrefixCacheBytes = 1000, PrefixCacheDiskBytes = 1000, PrefixCacheDirectory = none, LoggerFactory = log };
        await using (await LocalModel.LoadAsync(fixture.FileOf(TestModelSpec.Llama), options))
        {
        }

        Assert.Single(log.Lines, line => line.Contains($"'{none}'", StringComparison.Ordinal) && line.StartsWith("Prefixes", StringComparison.Ordinal));
    }

    [Fact]
    public void A_log_that_fails_is_no_matter()
    {
        using var log = new RecordedLog(fails: true);
        PrefixFolder.WarnIfUnusable(Path.Combine(_folder, "none"), log);

        Assert.Single(log.Lines);
    }
}
