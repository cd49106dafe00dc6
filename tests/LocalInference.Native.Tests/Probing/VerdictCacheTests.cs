namespace LocalInference.Native.Tests.Probing;

public sealed class VerdictCacheTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(null)]
    [InlineData("Q8_0 ended a child process with SIGILL")]
    public void Remembers(string? fault)
    {
        new VerdictCache(_folder.Path).Store("one", fault, VerdictCache.ForEver);
        Assert.Equal(new ProbeVerdict(fault, "probed before"), new VerdictCache(_folder.Path).Find("one"));
        Assert.Null(new VerdictCache(_folder.Path).Find("another"));
        Assert.Single(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void Replaces()
    {
        var cache = new VerdictCache(_folder.Path);
        cache.Store("one", "line\nand line", VerdictCache.ForEver);
        Assert.Equal("line and line", cache.Find("one")?.Fault);
        cache.Store("one", null, VerdictCache.ForEver);
        Assert.Null(cache.Find("one")!.Fault);
    }

    [Fact]
    public void Forgets_in_time()
    {
        var cache = new VerdictCache(_folder.Path);
        cache.Store("one", "slow", TimeSpan.FromHours(1));
        Assert.NotNull(cache.Find("one"));
        cache.Store("one", "slow", TimeSpan.FromSeconds(-1));
        Assert.Null(cache.Find("one"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\0\0\0\0")]
    [InlineData("one\n9223372036854775807")]
    [InlineData("one\nlater\n")]
    [InlineData("one\n99999999999999999999\n")]
    [InlineData("other\n9223372036854775807\n")]
    public void A_broken_file_is_no_verdict(string text)
    {
        var cache = new VerdictCache(_folder.Path);
        cache.Store("one", "fault", VerdictCache.ForEver);
        File.WriteAllText(Assert.Single(Directory.GetFiles(_folder.Path)), text);
        Assert.Null(cache.Find("one"));
        cache.Store("one", "fault", VerdictCache.ForEver);
        Assert.NotNull(cache.Find("one"));
    }

    [Fact]
    public void An_unusable_folder_is_no_error()
    {
        string file = _folder.File("a-file");
        File.WriteAllText(file, "");
        foreach (string? folder in (string?[])[file, Path.Combine(file, "below"), null])
        {
            var cache = new VerdictCache(folder);
            cache.Store("one", "fault", VerdictCache.ForEver);
            Assert.Null(cache.Find("one"));
        }
    }

    public void Dispose() => _folder.Dispose();
}
