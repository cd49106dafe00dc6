using System.Diagnostics;
using LocalInference.Gguf;
using LocalInference.Robustness.Tests.Running;

namespace LocalInference.Robustness.Tests;

/// <summary>Paths that lead to something other than a whole model.</summary>
public sealed class PathTests(SeedModels seeds) : IClassFixture<SeedModels>
{
    [Fact]
    public async Task NothingThere() => await IsRefused(Path.Combine(seeds.Folder, "nowhere.gguf"), "model_not_found");

    [Fact]
    public async Task AFolder() => await IsRefused(seeds.Folder, "it is a folder");

    [Fact]
    public async Task AnEmptyFile()
    {
        string path = Path.Combine(seeds.Folder, "empty.gguf");
        await File.WriteAllBytesAsync(path, []);
        await IsRefused(path, "empty");
    }

    [Fact]
    public async Task APipeThatNobodyWritesTo()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        string path = Path.Combine(seeds.Folder, "pipe.gguf");
        using (Process make = Process.Start("mkfifo", path))
        {
            await make.WaitForExitAsync();
        }

        string link = Path.Combine(seeds.Folder, "link.gguf");
        File.CreateSymbolicLink(link, path);
        await IsRefused(path, "not a regular file");
        await IsRefused(link, "not a regular file");
    }

    [Fact]
    public async Task AFileThatMayNotBeRead()
    {
        // Locked for this process alone, because permissions do not bind the administrator that builds run as.
        string path = seeds.Copy("tiny-llama", "locked.gguf");
        await using FileStream locked = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        await IsRefused(path, "cannot be read");
    }

    [Fact]
    public async Task ALinkToAModel()
    {
        string link = Path.Combine(seeds.Folder, "model-link.gguf");
        File.CreateSymbolicLink(link, seeds.Path("tiny-llama"));
        Verdict verdict = await seeds.Host.TryAsync(link);
        Assert.Equal(Outcome.Ran, verdict.Outcome);
    }

    [Fact]
    public async Task AModelInParts()
    {
        IReadOnlyList<string> parts = Split("whole");
        Verdict verdict = await seeds.Host.TryAsync(parts[0]);
        Assert.True(parts.Count > 2);
        Assert.Equal(Outcome.Ran, verdict.Outcome);
    }

    [Fact]
    public async Task AModelWithoutOneOfItsParts()
    {
        IReadOnlyList<string> parts = Split("partial");
        File.Delete(parts[1]);
        await IsRefused(parts[0], "is missing");
    }

    [Fact]
    public async Task ATextFile()
    {
        string path = Path.Combine(seeds.Folder, "text.gguf");
        await File.WriteAllTextAsync(path, "Once upon a time there was a file that was no model at all.");
        await IsRefused(path, "model_unsupported");
    }

    private IReadOnlyList<string> Split(string name)
    {
        using GgufFile model = GgufFile.Open(seeds.Path("tiny-llama"));
        return GgufSplit.Write(model, Path.Combine(seeds.Folder, name), 100_000);
    }

    private async Task IsRefused(string path, string named)
    {
        Verdict verdict = await seeds.Host.TryAsync(path);
        Assert.Equal(Outcome.Refused, verdict.Outcome);
        Assert.Contains(named, verdict.Details, StringComparison.Ordinal);
    }
}
