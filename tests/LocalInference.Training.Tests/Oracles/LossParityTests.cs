using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using LocalInference.Training.Tests.Models;

namespace LocalInference.Training.Tests.Oracles;

/// <summary>
/// Losses of 200 steps against PyTorch's, from the same weights, samples and learning rates. PyTorch's are recorded beside this file;
/// tests/oracles/train.py makes them: LOCALINFERENCE_RECORD_LOSSES=1 dotnet test tests/LocalInference.Training.Tests --filter LossParity.
/// </summary>
public sealed class LossParityTests
{
    private const int Steps = 200;

    private static readonly TrainingOptions s_options = new() { Rank = 4, Alpha = 8, Epochs = 1000, MaxSteps = Steps, LearningRate = 5e-3f, MaxGradientNorm = 0.5f };

    private static readonly TrainingSample[] s_samples = TrainingModels.Samples(512, 20, 31, 8, 12, 25, 17, 9, 14, 22, 11);

    [Theory]
    [InlineData("tiny-llama-chat")]
    [InlineData("tiny-qwen3")]
    public async Task They_differ_by_a_thousandth_at_most(string name)
    {
        string record = Path.Combine(Repository(), "tests", "LocalInference.Training.Tests", "Oracles", $"{name}.losses.json");
        if (Environment.GetEnvironmentVariable("LOCALINFERENCE_RECORD_LOSSES") == "1")
        {
            await File.WriteAllTextAsync(record, await RecordAsync(name));
        }

        double[] expected = JsonSerializer.Deserialize<double[]>(await File.ReadAllTextAsync(record))!;
        double[] actual = await TrainAsync(name);

        Assert.Equal(Steps, expected.Length);
        Assert.InRange(expected.Zip(actual, static (e, a) => Math.Abs(e - a)).Max(), 0, 1e-3);
        Assert.True(actual[^1] < 0.8 * actual[0], "Nothing was learned that could differ");
    }

    private static async Task<double[]> TrainAsync(string name)
    {
        string folder = Directory.CreateTempSubdirectory("localinference-parity-").FullName;
        List<double> losses = [];
        using ModelTrainer trainer = ModelTrainer.Open(TrainingModels.FileOf(TrainingModels.Specs[name]), s_options);
        await trainer.TrainAsync(s_samples, [], folder, new Losses(losses));
        Directory.Delete(folder, recursive: true);
        return [.. losses];
    }

    private static async Task<string> RecordAsync(string name)
    {
        ProcessStartInfo start = new(Environment.GetEnvironmentVariable("LOCALINFERENCE_PYTHON") ?? "python3", [Path.Combine(Repository(), "tests", "oracles", "train.py")]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        using Process python = Process.Start(start)!;
        await python.StandardInput.WriteAsync(Request(name).ToJsonString());
        python.StandardInput.Close();
        string losses = await python.StandardOutput.ReadToEndAsync();
        await python.WaitForExitAsync();
        Assert.Equal(0, python.ExitCode);
        return losses + "\n";
    }

    private static JsonObject Request(string name)
    {
        using TrainableModel model = TrainingModels.Open(name);
        using LoraAdapter adapter = new(model, s_options);
        ModelShape shape = model.Shape;
        StepPlan plan = new(s_samples, s_options);
        LearningRate rate = new(s_options, plan.Steps);
        return new JsonObject
        {
            ["shape"] = new JsonObject
            {
                ["layers"] = shape.Layers,
                ["heads"] = shape.Heads,
                ["key_value_heads"] = shape.KeyValueHeads,
                ["head_length"] = shape.HeadLength,
                ["epsilon"] = shape.NormEpsilon,
                ["base"] = shape.Rope.FrequencyBase,
                ["neox"] = shape.Rope.IsNeox,
            },
            ["rank"] = s_options.Rank,
            ["scale"] = s_options.Alpha / s_options.Rank,
            ["weight_decay"] = s_options.WeightDecay,
            ["max_gradient_norm"] = s_options.MaxGradientNorm,
            ["tensors"] = new JsonObject(model.Weights.Select(static w => KeyValuePair.Create(w.Name, (JsonNode?)Tensor(w.Columns, w.Rows, System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(w.Bytes).ToArray())))),
            ["changes"] = new JsonObject(model.Layers.SelectMany(static l => l.Linears).Select(static l => KeyValuePair.Create(l.Matrix.Name, (JsonNode?)new JsonObject { ["a"] = Tensor(l.Change!.A), ["b"] = Tensor(l.Change.B) }))),
            ["samples"] = new JsonArray([.. s_samples.Select(static s => new JsonObject { ["tokens"] = Numbers(s.Tokens), ["weights"] = Numbers(s.Weights) })]),
            ["steps"] = new JsonArray([.. Enumerable.Range(0, plan.Steps).Select(step => Numbers([.. plan.Batches(step).SelectMany(static b => b).Select(static s => Array.IndexOf(s_samples, s))]))]),
            ["learning_rates"] = Numbers([.. Enumerable.Range(0, plan.Steps).Select(rate.At)]),
        };
    }

    private static JsonObject Tensor(Parameter parameter) => Tensor(parameter.Definition.Columns, parameter.Definition.Rows, parameter.Values.ToArray());

    private static JsonObject Tensor(long columns, long rows, float[] values) => new() { ["columns"] = columns, ["rows"] = rows, ["values"] = Numbers(values) };

    private static JsonArray Numbers<T>(T[] values) => new([.. values.Select(static v => (JsonNode?)JsonValue.Create(v))]);

    private static string Repository()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "LocalInference.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The tests do not run in the repository.");
    }

    private sealed class Losses(List<double> losses) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => losses.Add(value.Loss);
    }
}
