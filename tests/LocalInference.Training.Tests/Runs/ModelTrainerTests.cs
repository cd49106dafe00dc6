using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.Gguf;
using LocalInference.TestModels;
using LocalInference.Training.Tests.Models;

namespace LocalInference.Training.Tests.Runs;

/// <summary>Whole trainings of a tiny model: what they write, and that nothing but options and samples decides it.</summary>
public sealed class ModelTrainerTests : IDisposable
{
    private static readonly TrainingOptions s_options = new()
    {
        Rank = 4,
        Alpha = 8,
        Epochs = 2,
        BatchSize = 2,
        Accumulate = 2,
        LearningRate = 5e-3f,
        CheckpointInterval = 3,
        Threads = 1,
        Dropout = 0.1f,
    };

    private static readonly TrainingSample[] s_samples = TrainingModels.Samples(512, 20, 31, 8, 12, 25, 17, 9, 14, 22, 11);
    private static readonly TrainingSample[] s_validation = TrainingModels.Samples(512, 20, 31);

    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-run-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task It_learns_and_writes_down_how()
    {
        List<TrainingProgress> steps = [];
        TrainingResult result = await TrainAsync("run", s_options with { Epochs = 10, Dropout = 0, LearningRate = 2e-2f }, steps);

        Assert.Equal(30, result.Steps);
        Assert.Equal(30, steps.Count);
        Assert.True(steps[^1].Loss < 0.7 * steps[0].Loss, $"{steps[0].Loss} → {steps[^1].Loss}");
        string[] metrics = File.ReadAllLines(In("run", "metrics.jsonl"));
        Assert.Equal(Enumerable.Range(1, 30), metrics.Select(static m => JsonDocument.Parse(m).RootElement.GetProperty("step").GetInt32()));
        Assert.Equal(steps[^1].Loss, JsonDocument.Parse(metrics[^1]).RootElement.GetProperty("loss").GetDouble());
        Assert.Equal(4, JsonDocument.Parse(File.ReadAllText(In("run", "config.json"))).RootElement.GetProperty("rank").GetInt32());
    }

    [Fact]
    public async Task Repeats_threads_and_checkpointing_give_the_same_file()
    {
        byte[] first = await AdapterAsync("first", s_options);

        Assert.Equal(first, await AdapterAsync("again", s_options));
        Assert.Equal(first, await AdapterAsync("threads", s_options with { Threads = 2 }));
        Assert.Equal(first, await AdapterAsync("checkpointing", s_options with { Checkpointing = true }));
        Assert.NotEqual(first, await AdapterAsync("seed", s_options with { Seed = 1 }));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_run_that_is_cancelled_and_resumed_is_one_run(int stopAfter)
    {
        byte[] whole = await AdapterAsync("whole", s_options);
        using CancellationTokenSource cancellation = new();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => TrainAsync("parts", s_options, new StopAfter(stopAfter, cancellation), cancellation.Token));
        Assert.False(File.Exists(In("parts", "adapter.gguf")));
        byte[] resumed = await AdapterAsync("parts", s_options with { Resume = true, Threads = 2, Checkpointing = true });

        Assert.Equal(whole, resumed);
        Assert.Equal(6, File.ReadAllLines(In("parts", "metrics.jsonl")).Length);
    }

    [Fact]
    public async Task A_process_that_dies_goes_on_from_the_last_checkpoint()
    {
        byte[] whole = await AdapterAsync("whole", s_options);
        Directory.CreateDirectory(In("dead", ""));

        // After step 4 the process is gone: the checkpoint is that of step 3, the metrics are further, their last line half.
        using (ModelTrainer trainer = ModelTrainer.Open(Model, s_options))
        {
            using CancellationTokenSource cancellation = new();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => trainer.TrainAsync(s_samples, [], In("dead", ""), new CopyAt(3, In("dead", "checkpoint.gguf"), In("copy.gguf", ""), cancellation), cancellation.Token));
        }

        File.Move(In("copy.gguf", ""), In("dead", "checkpoint.gguf"), overwrite: true);
        File.AppendAllText(In("dead", "metrics.jsonl"), "{\"step\": 5, \"lo");

        Assert.Equal(whole, await AdapterAsync("dead", s_options with { Resume = true }));
        Assert.All(File.ReadAllLines(In("dead", "metrics.jsonl")), static line => JsonDocument.Parse(line));
    }

    [Fact]
    public async Task A_checkpoint_of_other_options_is_not_resumed()
    {
        await TrainAsync("run", s_options, []);

        TrainingException e = await Assert.ThrowsAsync<TrainingException>(() => TrainAsync("run", s_options with { Resume = true, LearningRate = 1e-3f }, []));

        Assert.Equal("training_checkpoint", e.Code);
    }

    [Fact]
    public async Task A_checkpoint_of_other_weights_is_not_resumed()
    {
        string half = TrainingModels.FileOf(TestModelSpec.Llama with { Name = "half", WeightType = GgufTensorType.F16 });
        string rounded = In("q8.gguf", "");
        await ModelQuantizer.QuantizeAsync(half, rounded, new QuantizationOptions(QuantizationType.Q8_0));
        TrainingOptions options = s_options with { MaxSteps = 1 };
        using (ModelTrainer trainer = ModelTrainer.Open(half, options))
        {
            await trainer.TrainAsync(s_samples, [], In("run", ""));
        }

        using ModelTrainer other = ModelTrainer.Open(rounded, options with { Resume = true });
        TrainingException e = await Assert.ThrowsAsync<TrainingException>(() => other.TrainAsync(s_samples, [], In("run", "")));

        Assert.Equal("training_checkpoint", e.Code);
    }

    [Fact]
    public async Task The_best_adapter_on_the_validation_samples_is_kept()
    {
        List<TrainingProgress> steps = [];
        using ModelTrainer trainer = ModelTrainer.Open(Model, s_options with { Epochs = 40, LearningRate = 3e-2f, Patience = 2, Dropout = 0 });
        TrainingSample[] others = TrainingModels.Samples(512, 40, 40)[1..];
        TrainingResult result = await trainer.TrainAsync(s_samples, others, In("run", ""), new Collector(steps));

        double[] losses = [.. steps.Where(static s => s.ValidationLoss is not null).Select(static s => s.ValidationLoss!.Value)];
        Assert.Equal(losses.Min(), result.ValidationLoss);
        Assert.True(steps.Count < 120, "Random samples do not predict others: it must have stopped early");
        Assert.Equal(losses.Min(), Array.FindLast(losses[..^2], static _ => true));

        // What the file does, computed by llama.cpp; the last adapter would do something else.
        EvaluationCandidate kept = new("kept", Model) { Adapters = [new AdapterFile(result.Path)] };
        double measured = (await ModelEvaluator.CompareAsync([kept], others, threads: 1)).Models[0].Loss;
        Assert.Equal(result.ValidationLoss!.Value, measured, 2e-3);
        Assert.True(losses[^1] > losses.Min() + 1e-2, $"{losses.Min()} → {losses[^1]}");
    }

    [Fact]
    public async Task The_adapter_is_one_that_the_engine_takes_and_its_absence_changes_nothing()
    {
        TrainingResult result = await TrainAsync("run", s_options, []);
        await using LocalModel model = await LocalModel.LoadAsync(Model);
        int[] before = await GenerateAsync(model, null);

        await model.LoadAdapterAsync(result.Path, "style");

        Assert.Equal(before, await GenerateAsync(model, []));
        Assert.NotEqual(before, await GenerateAsync(model, [new AdapterSelection("style", 3)]));
    }

    [Fact]
    public async Task All_weights_are_trained_into_a_model_of_its_own()
    {
        List<TrainingProgress> steps = [];
        TrainingResult result = await TrainAsync("full", s_options with { Mode = TrainingMode.Full, Epochs = 5, Dropout = 0 }, steps);

        Assert.Equal(In("full", "model.gguf"), result.Path);
        Assert.True(steps[^1].Loss < 0.8 * steps[0].Loss, $"{steps[0].Loss} → {steps[^1].Loss}");
        await using LocalModel model = await LocalModel.LoadAsync(result.Path);
        Assert.Equal(12, (await GenerateAsync(model, null)).Length);
    }

    [Fact]
    public async Task Muon_learns_and_gives_the_same_model_whatever_computes_it()
    {
        TrainingOptions options = s_options with { Mode = TrainingMode.Full, Optimizer = OptimizerKind.Muon, Dropout = 0.05f, Epochs = 4 };
        List<TrainingProgress> steps = [];
        byte[] whole = File.ReadAllBytes((await TrainAsync("muon", options, steps)).Path);
        using CancellationTokenSource cancellation = new();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => TrainAsync("parts", options, new StopAfter(4, cancellation), cancellation.Token));
        TrainingResult resumed = await TrainAsync("parts", options with { Resume = true, Threads = 2, Checkpointing = true }, []);

        Assert.True(steps[^1].Loss < 0.8 * steps[0].Loss, $"{steps[0].Loss} → {steps[^1].Loss}");
        Assert.Equal(whole, File.ReadAllBytes(resumed.Path));
    }

    [Fact]
    public async Task Where_all_weights_are_trained_what_layers_add_is_dropped()
    {
        TrainingOptions options = s_options with { Mode = TrainingMode.Full, MaxSteps = 1 };
        List<TrainingProgress> whole = [];
        List<TrainingProgress> dropped = [];
        await TrainAsync("whole", options with { Dropout = 0 }, whole);
        await TrainAsync("dropped", options with { Dropout = 0.5f }, dropped);

        Assert.NotEqual(whole[0].Loss, dropped[0].Loss);
    }

    [Fact]
    public void Muon_is_for_all_weights_only()
    {
        TrainingException e = Assert.Throws<TrainingException>(() => ModelTrainer.Open(Model, s_options with { Optimizer = OptimizerKind.Muon }));

        Assert.Equal("training_option", e.Code);
    }

    [Fact]
    public void All_weights_can_be_trained_of_F32_models_only()
    {
        using ModelTrainer trainer = ModelTrainer.Open(TrainingModels.FileOf(TestModelSpec.Llama with { Name = "half", WeightType = GgufTensorType.F16 }), s_options with { Mode = TrainingMode.Full });

        Assert.Equal("training_option", Assert.Throws<TrainingException>(() => trainer.Estimate(s_samples)).Code);
    }

    [Theory]
    [InlineData(600, 1)]
    [InlineData(-1, 1)]
    [InlineData(5, -1)]
    [InlineData(5, float.NaN)]
    public async Task Samples_that_are_none_are_refused(int token, float weight)
    {
        using ModelTrainer trainer = ModelTrainer.Open(Model, s_options);
        TrainingSample sample = new([1, token], [0, weight]);

        TrainingException e = await Assert.ThrowsAsync<TrainingException>(() => trainer.TrainAsync([sample], [], In("run", "")));

        Assert.Equal("training_data", e.Code);
    }

    [Fact]
    public async Task Long_samples_are_cut_and_empty_ones_left_out()
    {
        TrainingSample[] samples = [.. s_samples, new([1, 2], [1, 0]), new([1], [1])];
        using ModelTrainer trainer = ModelTrainer.Open(Model, s_options with { MaxLength = 12 });

        TrainingResult result = await trainer.TrainAsync(samples, [], In("run", ""));

        Assert.Equal((6, 2), (result.CutSamples, result.LeftOutSamples));
    }

    [Fact]
    public void Options_that_mean_nothing_are_refused()
    {
        foreach (TrainingOptions options in new TrainingOptions[]
        {
            new() { Rank = 0 },
            new() { Alpha = float.NaN },
            new() { Dropout = 1 },
            new() { LearningRate = 0 },
            new() { Targets = LoraTargets.None },
            new() { Schedule = (LearningRateSchedule)9 },
            new() { Threads = 1000 },
        })
        {
            Assert.Equal("training_option", Assert.Throws<TrainingException>(() => ModelTrainer.Open(Model, options)).Code);
        }
    }

    private static string Model => TrainingModels.FileOf(TrainingModels.Specs["tiny-llama-chat"]);

    private string In(string run, string file) => Path.Combine(_folder, run, file).TrimEnd('/');

    private async Task<byte[]> AdapterAsync(string run, TrainingOptions options)
    {
        TrainingResult result = await TrainAsync(run, options, []);
        return await File.ReadAllBytesAsync(result.Path);
    }

    private Task<TrainingResult> TrainAsync(string run, TrainingOptions options, List<TrainingProgress> steps) =>
        TrainAsync(run, options, new Collector(steps), CancellationToken.None);

    private async Task<TrainingResult> TrainAsync(string run, TrainingOptions options, IProgress<TrainingProgress> progress, CancellationToken cancellationToken)
    {
        using ModelTrainer trainer = ModelTrainer.Open(Model, options);
        return await trainer.TrainAsync(s_samples, [], In(run, ""), progress, cancellationToken);
    }

    private static async Task<int[]> GenerateAsync(LocalModel model, AdapterSelection[]? adapters)
    {
        GenerationOptions options = new() { MaxTokens = 12, Sampling = SamplingOptions.Greedy, IgnoreEndOfGeneration = true, Adapters = adapters };
        List<int> tokens = [];
        await foreach (GenerationUpdate update in model.GenerateAsync(s_validation[0].Tokens.AsMemory(0, 8), options))
        {
            if (update.Token is { } token)
            {
                tokens.Add(token);
            }
        }

        return [.. tokens];
    }

    // Progress<T> would report from the pool, and late.
    private sealed class Collector(List<TrainingProgress> steps) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => steps.Add(value);
    }

    private sealed class StopAfter(int step, CancellationTokenSource cancellation) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Step == step)
            {
                cancellation.Cancel();
            }
        }
    }

    private sealed class CopyAt(int step, string from, string to, CancellationTokenSource cancellation) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Step == step)
            {
                File.Copy(from, to);
            }
            else if (value.Step == step + 1)
            {
                cancellation.Cancel();
            }
        }
    }
}
