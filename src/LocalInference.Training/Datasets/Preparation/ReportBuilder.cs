using System.Numerics;

namespace LocalInference.Training;

/// <summary>Collects what a report says. Not thread safe.</summary>
internal sealed class ReportBuilder
{
    private const int MostIssuesOfAKind = 1000;

    private readonly List<DatasetIssue> _issues = [];
    private readonly SortedDictionary<DatasetIssueKind, int> _counts = [];
    private readonly SortedDictionary<int, int> _lengths = [];
    private int _records;
    private int _dropped;
    private int _samples;
    private int _longest;
    private long _tokens;
    private long _learned;

    public void AddRecord() => _records++;

    public void AddDropped() => _dropped++;

    public void AddIssue(DatasetIssueKind kind, int line, string detail)
    {
        int count = _counts[kind] = _counts.GetValueOrDefault(kind) + 1;
        if (count <= MostIssuesOfAKind)
        {
            _issues.Add(new DatasetIssue(kind, line, detail));
        }
    }

    public void AddLength(int tokens)
    {
        _longest = Math.Max(_longest, tokens);
        int bucket = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(tokens, 1));
        _lengths[bucket] = _lengths.GetValueOrDefault(bucket) + 1;
    }

    public void AddSample(TrainingSample sample)
    {
        _samples++;
        _tokens += sample.Tokens.Length;
        _learned += sample.Learned();
    }

    public DatasetReport Build() => new()
    {
        Records = _records,
        Dropped = _dropped,
        Samples = _samples,
        Tokens = _tokens,
        LearnedTokens = _learned,
        LongestSample = _longest,
        Lengths = [.. _lengths.Select(static bucket => new LengthBucket(bucket.Key, bucket.Value))],
        IssueCounts = _counts,
        Issues = _issues,
    };
}
