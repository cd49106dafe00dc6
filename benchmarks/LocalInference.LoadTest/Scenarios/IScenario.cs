using LocalInference.LoadTest.Requests;
using LocalInference.LoadTest.Targets;

namespace LocalInference.LoadTest.Scenarios;

/// <summary>A pattern of requests, as users of a server send them.</summary>
internal interface IScenario
{
    /// <summary>As the command line and results name it.</summary>
    string Name { get; }

    /// <summary>What it does, in a sentence for charts.</summary>
    string Description { get; }

    /// <summary>The figure that a chart of it compares; lower is better.</summary>
    string Headline { get; }

    /// <summary>Runs it once.</summary>
    /// <exception cref="LoadTestException">A request failed.</exception>
    Task<ScenarioRun> RunAsync(ILoadTarget target, PromptSource prompts, CancellationToken cancellationToken);
}
