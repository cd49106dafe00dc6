namespace LocalInference.Tests.Store.Registries;

public sealed class TransferProgressTests
{
    private static readonly ManifestLayer s_blob = new(MediaTypes.Model, BlobDigest.Of("a"u8), 10_000);

    private readonly ProgressList _list = new();
    private readonly SteppedTime _time = new();
    private readonly TransferProgress _progress;

    public TransferProgressTests() => _progress = new TransferProgress(_list, "pulling", _time);

    [Fact]
    public void What_was_there_before_counts_as_done_and_not_as_fast()
    {
        _progress.Report(s_blob, 4_000);
        Step(100, 4_100);

        Assert.Equal([4_000, 4_100], _list.Reports.Select(static report => report.Completed!.Value));
        Assert.Null(_list.Reports[0].BytesPerSecond);
        Assert.Equal(1_000, _list.Reports[1].BytesPerSecond);
        Assert.Equal(TimeSpan.FromSeconds(5.9), _list.Reports[1].TimeLeft);
    }

    [Fact]
    public void A_rate_that_changes_is_told_by_and_by()
    {
        _progress.Report(s_blob, 0);
        Step(1_000, 1_000);
        Step(1_000, 5_000);
        Assert.InRange(_list.Reports[^1].BytesPerSecond!.Value, 1_999, 2_001);

        // Begun anew, as when a server knows no parts.
        Step(1_000, 0);
        Assert.InRange(_list.Reports[^1].BytesPerSecond!.Value, 1_332, 1_334);
    }

    [Fact]
    public void It_is_told_as_often_as_one_can_see_and_at_the_end()
    {
        _progress.Report(s_blob, 1);
        Step(10, 2);
        Step(10, s_blob.Size);
        _progress.Report(s_blob with { Digest = BlobDigest.Of("b"u8) }, 7);

        Assert.Equal([1, s_blob.Size, 7], _list.Reports.Select(static report => report.Completed!.Value));
        Assert.Equal(TimeSpan.Zero, _list.Reports[1].TimeLeft);
        Assert.Null(_list.Reports[2].BytesPerSecond);
    }

    private void Step(int milliseconds, long completed)
    {
        _time.Now += TimeSpan.FromMilliseconds(milliseconds);
        _progress.Report(s_blob, completed);
    }

    private sealed class SteppedTime : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
