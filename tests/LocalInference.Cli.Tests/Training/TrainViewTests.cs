using LocalInference.Cli.Terminal;
using LocalInference.Cli.Tests.Fakes;
using LocalInference.Cli.Training;
using LocalInference.Training;

namespace LocalInference.Cli.Tests.Training;

public sealed class TrainViewTests
{
    [Theory]
    [InlineData(BackwardPrecision.Auto, BackwardPrecision.BF16, true)]
    [InlineData(BackwardPrecision.BF16, BackwardPrecision.BF16, false)]
    [InlineData(BackwardPrecision.Auto, BackwardPrecision.Q8, false)]
    public void A_change_to_bf16_is_said(BackwardPrecision wanted, BackwardPrecision chosen, bool isSaid)
    {
        using StringWriter output = new() { NewLine = "\n" };
        using StringWriter error = new() { NewLine = "\n" };
        TrainView view = new(
            new CliTerminal { In = TextReader.Null, Out = output, Error = error, InIsTerminal = false, OutIsTerminal = false, ErrorIsTerminal = false, Keys = new FakeKeySource() },
            TimeProvider.System);

        view.End(new TrainingResult("adapter.gguf", 1, 2.5, ValidationLoss: null, chosen, CutSamples: 0, LeftOutSamples: 0), new TrainingOptions { Backward = wanted }, "m.gguf");

        Assert.Equal("adapter.gguf\n", output.ToString());
        Assert.Equal(isSaid, error.ToString().Contains("BF16", StringComparison.Ordinal));
        Assert.EndsWith("Try it: localinference run m.gguf --adapter adapter.gguf\n", error.ToString(), StringComparison.Ordinal);
    }
}
