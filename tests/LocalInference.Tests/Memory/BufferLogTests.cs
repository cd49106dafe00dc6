using System.Globalization;
using System.Text.RegularExpressions;
using LocalInference.TestModels;

namespace LocalInference.Tests.Memory;

/// <summary>The plan against the sizes that llama.cpp logs when it makes its buffers, all on the CPU. Its log is one for all models of a process.</summary>
[Collection(WholeProcessTests.Name)]
public sealed partial class BufferLogTests(ModelFixture fixture)
{
    // llama.cpp logs two decimals of MiB.
    private const double Rounding = 0.01;

    public static TheoryData<TestModelSpec> Models { get; } = new(
        TestModelSpec.Llama with { Name = "log-llama", EmbeddingLength = 256, FeedForwardLength = 768, BlockCount = 4, ContextLength = 4096 },
        TestModelSpec.Llama with { Name = "log-grouped", EmbeddingLength = 512, HeadCount = 8, KeyValueHeadCount = 2, FeedForwardLength = 1024, VocabularySize = 4096, ContextLength = 2048 },
        TestModelSpec.Llama with { Name = "log-tied", EmbeddingLength = 256, TiedEmbeddings = true, VocabularySize = 2048, ContextLength = 8192 });

    [Theory]
    [MemberData(nameof(Models))]
    public async Task Weights_and_cache_are_exact_and_buffers_close(TestModelSpec spec)
    {
        using var log = new RecordedLog();
        await using LocalModel model = await LocalModel.LoadAsync(fixture.FileOf(spec), new LocalModelOptions { LoggerFactory = log, GpuLayers = 0 });
        DevicePlan host = model.Memory.Host;

        Assert.Equal(Mebibytes(host.WeightBytes), Sum(log, "model buffer size"), Rounding * 2);
        Assert.Equal(Mebibytes(host.KeyValueCacheBytes), Sum(log, "KV buffer size"), Rounding * 2);
        double buffers = Sum(log, "compute buffer size");
        Assert.InRange(Mebibytes(host.ComputeBufferBytes), buffers * 0.9, (buffers * 1.35) + 1);
    }

    private static double Mebibytes(long bytes) => bytes / (1024.0 * 1024.0);

    private static double Sum(RecordedLog log, string what) => log.Lines
        .Where(line => line.Contains(what, StringComparison.Ordinal))
        .Select(static line => Size().Match(line))
        .Where(static match => match.Success)
        .Sum(static match => double.Parse(match.Groups["size"].Value, CultureInfo.InvariantCulture));

    [GeneratedRegex(@"=\s*(?<size>[0-9.]+) MiB", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Size();
}
