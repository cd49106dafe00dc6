using System.Globalization;

namespace LocalInference.LoadTest.Storm;

/// <summary>Counts what became of requests. Safe for concurrent use.</summary>
internal sealed class StormTally
{
    // What goes wrong everywhere must not hide what does so elsewhere.
    private const int MostProblemsOfRoute = 3;

    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, int> _outcomes = new(StringComparer.Ordinal);
    private readonly List<string> _problems = [];
    private readonly Dictionary<string, int> _problemsOfRoutes = new(StringComparer.Ordinal);
    private int _problemCount;

    /// <summary>How often each thing came out.</summary>
    public IReadOnlyDictionary<string, int> Outcomes
    {
        get
        {
            lock (_gate)
            {
                return new SortedDictionary<string, int>(_outcomes, StringComparer.Ordinal);
            }
        }
    }

    /// <summary>What must not be, the first of each route in words.</summary>
    public IReadOnlyList<string> Problems
    {
        get
        {
            lock (_gate)
            {
                return _problemCount > _problems.Count ? [.. _problems, string.Create(CultureInfo.InvariantCulture, $"and {_problemCount - _problems.Count} more")] : [.. _problems];
            }
        }
    }

    public void Count(string outcome)
    {
        lock (_gate)
        {
            _outcomes[outcome] = _outcomes.GetValueOrDefault(outcome) + 1;
        }
    }

    public void Blame(string route, string problem)
    {
        lock (_gate)
        {
            _problemCount++;
            int count = _problemsOfRoutes.GetValueOrDefault(route) + 1;
            _problemsOfRoutes[route] = count;
            if (count <= MostProblemsOfRoute)
            {
                _problems.Add($"{route}: {problem}");
            }
        }
    }
}
