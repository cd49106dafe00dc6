using System.Xml.Linq;
using LocalInference.Abstractions;

namespace LocalInference.Training.Tests.Runs;

/// <summary>Files of a run: its configuration, which another can begin with, and its chart.</summary>
public sealed class RunFileTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void A_configuration_is_read_as_it_was_written()
    {
        TrainingOptions options = new()
        {
            Mode = TrainingMode.Full,
            Rank = 5,
            Alpha = 7,
            RankStabilized = true,
            Dropout = 0.25f,
            Targets = LoraTargets.Query | LoraTargets.Down,
            Epochs = 9,
            MaxSteps = 11,
            BatchSize = 3,
            Accumulate = 2,
            Optimizer = OptimizerKind.Muon,
            LearningRate = 1e-3f,
            Schedule = LearningRateSchedule.Linear,
            Warmup = 0.5f,
            WeightDecay = 0.1f,
            MaxGradientNorm = float.PositiveInfinity,
            MaxLength = 77,
            Seed = ulong.MaxValue,
            Checkpointing = true,
            Backward = BackwardPrecision.BF16,
            Threads = 3,
            EvaluationInterval = 4,
            Patience = 6,
            CheckpointInterval = 8,
        };
        using (RunDirectory directory = new(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), "x"))
        {
            directory.Begin(System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(RunConfiguration.Of("m.gguf", options, 1, 2), ConfigurationJson.Default.RunConfiguration), new RunState());
            string folder = Path.GetDirectoryName(directory.ResultPath)!;
            TrainingConfiguration read = TrainingConfiguration.Read(Path.Combine(folder, "config.json"));
            Directory.Delete(folder, recursive: true);

            Assert.Equal(new TrainingConfiguration(options) { Model = "m.gguf", HasAlpha = true }, read);
        }
    }

    [Fact]
    public void What_a_configuration_leaves_out_is_as_by_default()
    {
        File.WriteAllText(_file, """
            {
              // Comments are allowed.
              "mode": "qlora", "rank": 4, "data": "d.jsonl", "out": "o",
            }
            """);

        TrainingConfiguration read = TrainingConfiguration.Read(_file);

        Assert.Equal(new TrainingConfiguration(new TrainingOptions { Rank = 4, Alpha = 8 }) { Data = "d.jsonl", Out = "o" }, read);
    }

    [Theory]
    [InlineData("""{"rnk": 4}""", "rnk")]
    [InlineData("""{"rank": "many"}""", "rank")]
    [InlineData("""{"mode": "half"}""", "half")]
    [InlineData("null", "null")]
    [InlineData("rank = 4", "'r'")]
    public void What_is_no_configuration_is_refused(string text, string named)
    {
        File.WriteAllText(_file, text);

        TrainingException e = Assert.Throws<TrainingException>(() => TrainingConfiguration.Read(_file));

        Assert.Equal("training_option", e.Code);
        Assert.Contains(named, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_chart_shows_every_loss()
    {
        string[] lines = [.. Enumerable.Range(1, 40).Select(static step => $$"""{"step": {{step}}, "loss": {{41 - step}}{{(step % 10 == 0 ? """, "validation_loss": 20""" : "")}}}"""), "{\"step\": 41, \"lo"];

        XElement[] curves = [.. XElement.Parse(LossChart.Draw(lines)).Elements().Where(static e => e.Name.LocalName == "polyline")];

        Assert.Equal([40, 4], curves.Select(static c => c.Attribute("points")!.Value.Split(' ').Length));
        double[] heights = [.. curves[0].Attribute("points")!.Value.Split(' ').Select(static p => double.Parse(p.Split(',')[1], System.Globalization.CultureInfo.InvariantCulture))];
        Assert.Equal(heights.Order(), heights);
    }

    [Fact]
    public void A_chart_of_nothing_is_one_too() => Assert.Equal("svg", XElement.Parse(LossChart.Draw([])).Name.LocalName);

    [Fact]
    public void A_long_chart_stays_small() =>
        Assert.True(LossChart.Draw(Enumerable.Range(1, 100_000).Select(static step => $$"""{"step": {{step}}, "loss": 1}""")).Length < 50_000);
}
