using LocalInference.LoadTest.Comparison;
using LocalInference.LoadTest.Scenarios;
using LocalInference.LoadTest.Targets;
using LocalInference.LoadTest.Tests.Targets;

namespace LocalInference.LoadTest.Tests.Comparison;

public sealed class AlternationTests
{
    [Fact]
    public async Task Each_side_goes_first_and_each_round_has_prompts_of_its_own_that_all_sides_share()
    {
        List<string> order = [];
        Alternation alternation = new([Side("a"), Side("b")], rounds: 2, seed: 7, strict: false, TextWriter.Null);
        ScenarioResult result = await alternation.RunAsync(
            new PlainScenario(new ScenarioSettings { Requests = 2, Users = 1, Prompt = 8, Generate = 2 }),
            CancellationToken.None);

        Assert.Equal(["a", "b", "b", "a"], order);
        Assert.Equal(2, alternation.BusyCores.Count);
        Assert.Equal(Prompt(result, 0, 0), Prompt(result, 1, 0));
        Assert.NotEqual(Prompt(result, 0, 0), Prompt(result, 0, 1));

        Contestant Side(string name) => new(name, IsOurs: name == "a", _ =>
        {
            order.Add(name);
            return Task.FromResult<ILoadTarget>(new ScriptedTarget(TimeSpan.Zero));
        });
    }

    private static IReadOnlyList<int>? Prompt(ScenarioResult result, int side, int round) => result.Contestants[side].Runs[round].Requests[0].Prompt.Tokens;
}
