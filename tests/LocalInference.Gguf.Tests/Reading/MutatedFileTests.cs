using System.Diagnostics;
using System.Globalization;
using LocalInference.TestModels;

namespace LocalInference.Gguf.Tests.Reading;

/// <summary>
/// 2,000 damaged files, each refused with a <see cref="GgufException"/> or opened: no other exception, no hang, no
/// allocation beyond the file's size plus 64 MiB. LOCALINFERENCE_GGUF_MUTATIONS sets another number.
/// </summary>
[Trait("Category", "Bar")]
public sealed class MutatedFileTests : IDisposable
{
    private const long Allowance = 64L * 1024 * 1024;

    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(10);

    private readonly TempFolder _folder = new();
    private readonly Dictionary<GgufMutationKind, int> _refused = [];
    private volatile string _current = "none yet";
    private long _startedAt;

    [Fact]
    public void Damaged_files_are_refused_or_opened()
    {
        TestModelSpec spec = TestModelSpec.Llama with { EmbeddingLength = 32, FeedForwardLength = 32, BlockCount = 1, VocabularySize = 400 };
        GgufMutator mutator = new(File.ReadAllBytes(TestModel.WriteTo(_folder.FullPath, spec)));
        Exception? failure = null;
        Thread worker = new(() =>
        {
            try
            {
                TryAll(mutator, Count());
            }
            catch (Exception e)
            {
                failure = e;
            }
        })
        { IsBackground = true };
        Interlocked.Exchange(ref _startedAt, Stopwatch.GetTimestamp());
        worker.Start();
        while (!worker.Join(TimeSpan.FromMilliseconds(50)))
        {
            Assert.True(Stopwatch.GetElapsedTime(Interlocked.Read(ref _startedAt)) < s_longest, $"Hangs on {_current}");
        }

        Assert.True(failure is null, $"{_current}: {failure}");
        AssertDamageWasFound();
    }

    public void Dispose() => _folder.Dispose();

    private static int Count() =>
        int.TryParse(Environment.GetEnvironmentVariable("LOCALINFERENCE_GGUF_MUTATIONS"), NumberStyles.None, CultureInfo.InvariantCulture, out int count) ? count : 2_000;

    private void TryAll(GgufMutator mutator, int count)
    {
        for (int seed = 0; seed < count; seed++)
        {
            GgufMutation mutation = mutator.Mutate(seed);
            _current = $"seed {seed}, {mutation.Kind}: {mutation.Description}";
            string path = _folder.Write("mutated.gguf", mutation.Bytes);
            Interlocked.Exchange(ref _startedAt, Stopwatch.GetTimestamp());
            long before = GC.GetAllocatedBytesForCurrentThread();
            if (!OpensWhole(path))
            {
                _refused[mutation.Kind] = _refused.GetValueOrDefault(mutation.Kind) + 1;
            }

            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.InRange(allocated, 0, mutation.Bytes.Length + Allowance);
        }
    }

    private static bool OpensWhole(string path)
    {
        try
        {
            using GgufFile file = GgufFile.Open(path);
            file.Describe();
            foreach (KeyValuePair<string, GgufValue> pair in file.Metadata)
            {
                _ = pair.Value.ToString();
            }

            long sum = 0;
            foreach (GgufTensorInfo tensor in file.Tensors)
            {
                ReadOnlySpan<byte> data = file.GetTensorData(tensor);
                sum += data.IsEmpty ? 0 : data[0] + data[^1];
            }

            return sum >= 0;
        }
        catch (GgufException e)
        {
            Assert.Equal(path, e.Path);
            Assert.NotEmpty(e.NextStep);
            return false;
        }
    }

    /// <summary>Without this a reader that refuses nothing, or a mutator that changes nothing, would pass.</summary>
    private void AssertDamageWasFound()
    {
        GgufMutationKind[] always = [GgufMutationKind.Truncation, GgufMutationKind.DuplicatePair, GgufMutationKind.DuplicateTensor, GgufMutationKind.AbsurdOffset, GgufMutationKind.WrongVersion];
        int each = Count() / Enum.GetValues<GgufMutationKind>().Length;
        Assert.All(always, kind => Assert.True(_refused.GetValueOrDefault(kind) >= each * 9 / 10, $"{kind}: {_refused.GetValueOrDefault(kind)} of {each}"));
        Assert.Equal(0, _refused.GetValueOrDefault(GgufMutationKind.DataNoise));
    }
}
