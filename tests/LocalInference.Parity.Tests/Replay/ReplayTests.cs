using LocalInference.Compare;
using LocalInference.Gguf;
using LocalInference.Parity.Engine;
using LocalInference.Parity.Replay;

namespace LocalInference.Parity.Tests.Replay;

[Collection(ModelTests.Name)]
public sealed class ReplayTests(ModelFiles files)
{
    [ReplayFact]
    public async Task Answers_of_one_sequence_have_the_bits_of_the_same_calls_in_c()
    {
        ReplayScenarios scenarios = await Scenarios(GgufTensorType.F16);

        ReplayReport report = await scenarios.OneByOneAsync(prompts: 20, longest: 160, tokens: 24, batchSize: 64, default);

        AssertEqual(report);
        Assert.Equal((20 * 24, 64), (report.Rows, report.LargestStep));
    }

    [ReplayFact]
    public async Task Preempted_answers_have_the_bits_of_the_same_calls_in_c()
    {
        ReplayScenarios scenarios = await Scenarios(GgufTensorType.Q8_0);

        ReplayReport report = await scenarios.PreemptedAsync(prompts: 3, default);

        AssertEqual(report);
        Assert.True(report.Restored >= 3, report.ToString());
    }

    [ReplayFact]
    public async Task Requests_that_share_prefixes_steps_and_too_few_cells_have_the_bits_of_the_same_calls_in_c()
    {
        ReplayScenarios scenarios = await Scenarios(GgufTensorType.F32);

        ReplayReport report = await scenarios.CrowdAsync(default);

        AssertEqual(report);
        Assert.True(report.LargestStep > 6 && report.States > 0 && report.Restored > 0, report.ToString());
    }

    [ReplayFact]
    public async Task The_comparison_sees_other_weights()
    {
        ReplayProgram program = await ReplayProgram.CompileAsync(files.Folder);
        EngineSetup setup = new(files.Of(GgufTensorType.F32));

        ReplayReport report = await ReplayCheck.RunAsync(
            program, setup, model => model.AnswerAsync([5, 6, 7], 4, ignoreEnd: true, default), default, new EngineSetup(files.Of(GgufTensorType.F32, seed: 2)));

        Assert.Equal((4, 4), (report.Rows, report.Differences));
        Assert.Contains("logits of step 1 of 3 rows, sequence 0, position 2", report.First, StringComparison.Ordinal);
    }

    [ReplayFact]
    public async Task A_program_that_fails_is_an_error_with_its_words()
    {
        ReplayProgram program = await ReplayProgram.CompileAsync(files.Folder);

        CompareException error = Assert.Throws<CompareException>(() => ReplayProcess.Start(program, new EngineSetup("/nothing")));

        Assert.Contains("the model cannot be loaded", error.Message, StringComparison.Ordinal);
    }

    private static void AssertEqual(ReplayReport report) => Assert.True(report.Differences == 0, report.ToString());

    // More threads wait for each other at every operation, on both sides: on a machine that others use, that takes minutes.
    private async Task<ReplayScenarios> Scenarios(GgufTensorType type) =>
        new(await ReplayProgram.CompileAsync(files.Folder), files.Of(type), threads: 1, seed: 1);
}
