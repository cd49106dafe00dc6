using LocalInference.Compare;
using LocalInference.LoadTest.Charts;
using LocalInference.LoadTest.Comparison;
using LocalInference.LoadTest.Report;
using LocalInference.LoadTest.Scenarios;

namespace LocalInference.LoadTest.CommandLine;

/// <summary>Shows each scenario as it ends, and leaves the files when all have.</summary>
internal sealed class LoadReportWriter(string folder, string model, ScenarioSettings settings, Alternation alternation)
{
    private readonly DateTimeOffset _started = TimeProvider.System.GetUtcNow();
    private readonly List<ScenarioReport> _scenarios = [];
    private readonly List<Bar> _bars = [];

    public int? Threads { get; init; }

    public SortedDictionary<string, string>? Libraries { get; init; }

    /// <summary>Whether the sizes are those that bars are about. Default: yes.</summary>
    public bool HasBars { get; init; } = true;

    public IReadOnlyList<Bar> Bars => _bars;

    /// <summary>Runs scenarios, and leaves the files.</summary>
    public async Task RunAsync(IEnumerable<IScenario> scenarios, CancellationToken cancellationToken)
    {
        foreach (IScenario scenario in scenarios)
        {
            Add(await alternation.RunAsync(scenario, cancellationToken));
        }

        Save();
    }

    public void Add(ScenarioResult result)
    {
        _scenarios.Add(ScenarioReport.Of(result));
        if (HasBars)
        {
            _bars.AddRange(Comparison.Bars.Of(result));
        }

        ReportView.Write(result, Console.Out);
        ScenarioCharts.Save(result, folder);
    }

    public void Save()
    {
        ReportView.Write(_bars, Console.Out);
        string path = Path.Combine(folder, "load-test.json");
        ReportJson.Save(
            new LoadReport
            {
                Started = _started,
                Machine = MachineFacts.Read(),
                Model = model,
                Threads = Threads,
                Libraries = Libraries,
                BusyCores = alternation.BusyCores,
                Idle = !alternation.BusyCores.Any(IdleCheck.IsBusy),
                Settings = settings,
                Scenarios = _scenarios,
                Bars = _bars,
            },
            path);
        Console.Out.WriteLine($"Written to {path}");
    }
}
