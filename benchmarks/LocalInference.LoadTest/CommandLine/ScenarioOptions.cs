using System.CommandLine;
using LocalInference.LoadTest.Scenarios;

namespace LocalInference.LoadTest.CommandLine;

/// <summary>The options that say which scenarios run and how large they are.</summary>
internal sealed class ScenarioOptions
{
    private static readonly ScenarioSettings s_standard = new();

    private readonly Option<string[]> _scenarios = new("--scenario") { Description = "A scenario to run; repeat it for more. Default: all.", AllowMultipleArgumentsPerToken = true };
    private readonly Option<int> _seed = new("--seed") { Description = "Decides all prompts and arrivals. Default: 1.", DefaultValueFactory = static _ => s_standard.Seed };
    private readonly Option<int> _rounds;
    private readonly Option<double> _rate = new("--rate") { Description = "plain: arrivals per second, as a Poisson process. Default: 0, a closed loop." };
    private readonly Option<int> _requests = LoadTestCommand.Number("--requests", "plain: requests.", s_standard.Requests);
    private readonly Option<int> _users = LoadTestCommand.Number("--users", "plain: requests that run at a time, without --rate.", s_standard.Users);
    private readonly Option<int> _prompt = LoadTestCommand.Number("--prompt", "plain: tokens of a prompt.", s_standard.Prompt);
    private readonly Option<int> _generate = LoadTestCommand.Number("--generate", "plain, and after the long prompt: tokens of an answer.", s_standard.Generate);
    private readonly Option<int> _prefix = LoadTestCommand.Number("--prefix", "shared-prefix: tokens in common.", s_standard.SharedPrefix);
    private readonly Option<int> _longPrompt = LoadTestCommand.Number("--long-prompt", "long-prompt-victim: tokens of the prompt that arrives.", s_standard.LongPrompt);
    private readonly Option<int> _streamTokens = LoadTestCommand.Number("--stream-tokens", "long-prompt-victim: the most that a stream generates; it must outlast the prompt.", s_standard.StreamGenerate);
    private readonly Option<int> _turns = LoadTestCommand.Number("--turns", "agent-loop: turns.", s_standard.Turns);

    public ScenarioOptions(Command command, int rounds)
    {
        _rounds = LoadTestCommand.Number("--rounds", "Turns of each side in each scenario.", rounds);
        _scenarios.AcceptOnlyFromAmong([.. ScenarioList.Names]);
        _rate.Validators.Add(static result =>
        {
            if (!(result.GetValueOrDefault<double>() >= 0))
            {
                result.AddError("--rate takes a number of at least 0.");
            }
        });
        foreach (Option option in new Option[] { _scenarios, _rounds, _seed, _rate, _requests, _users, _prompt, _generate, _prefix, _longPrompt, _streamTokens, _turns })
        {
            command.Options.Add(option);
        }
    }

    public int Rounds(ParseResult parsed) => parsed.GetValue(_rounds);

    public ScenarioSettings Settings(ParseResult parsed) => new()
    {
        Seed = parsed.GetValue(_seed),
        Rate = parsed.GetValue(_rate),
        Requests = parsed.GetValue(_requests),
        Users = parsed.GetValue(_users),
        Prompt = parsed.GetValue(_prompt),
        Generate = parsed.GetValue(_generate),
        SharedPrefix = parsed.GetValue(_prefix),
        LongPrompt = parsed.GetValue(_longPrompt),
        StreamGenerate = parsed.GetValue(_streamTokens),
        Turns = parsed.GetValue(_turns),
    };

    public IReadOnlyList<IScenario> Scenarios(ParseResult parsed)
    {
        string[] names = parsed.GetValue(_scenarios) ?? [];
        return [.. ScenarioList.Of(Settings(parsed)).Where(scenario => names.Length == 0 || names.Contains(scenario.Name, StringComparer.Ordinal))];
    }
}
