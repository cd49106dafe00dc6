using LocalInference.Compare;
using LocalInference.LoadTest.Scenarios;

namespace LocalInference.LoadTest.Comparison;

/// <summary>What one side did in all rounds of a scenario.</summary>
/// <param name="name">As results name it.</param>
/// <param name="isOurs">Whether it is LocalInference.</param>
internal sealed class ContestantResult(string name, bool isOurs)
{
    private readonly List<ScenarioRun> _runs = [];

    public string Name => name;

    public bool IsOurs => isOurs;

    /// <summary>How it was reached: in this process, or over which protocol.</summary>
    public string Target { get; private set; } = "";

    public IReadOnlyList<ScenarioRun> Runs => _runs;

    /// <summary>The middle of the rounds for each figure that every round has.</summary>
    public SortedDictionary<string, double> Median
    {
        get
        {
            SortedDictionary<string, double> median = new(StringComparer.Ordinal);
            foreach (string metric in _runs[0].Metrics.Keys.Where(key => _runs.TrueForAll(run => run.Metrics.ContainsKey(key))))
            {
                median[metric] = Statistics.Median(_runs.Select(run => run.Metrics[metric]));
            }

            return median;
        }
    }

    /// <summary>The middle of the rounds for one figure; <see langword="null"/>: not every round has it.</summary>
    public double? Figure(string metric) => Median.TryGetValue(metric, out double value) ? value : null;

    public void Add(string target, ScenarioRun run)
    {
        Target = target;
        _runs.Add(run);
    }

    /// <summary>One figure of every round.</summary>
    public IReadOnlyList<double> Rounds(string metric) => [.. _runs.Select(run => run.Metrics[metric])];
}
