using LocalInference.Training.Tests.Models;

namespace LocalInference.Training.Tests.Runs;

/// <summary>QLoRA: adapters of quantized models, and that nothing but options and samples decides them.</summary>
public sealed class QuantizedTrainingTests : IDisposable
{
    private const int StepsPerEpoch = 2;

    private static readonly TrainingOptions s_options = new()
    {
        Rank = 4,
        Alpha = 8,
        Epochs = 8,
        BatchSize = 2,
        LearningRate = 1e-2f,
        CheckpointInterval = 3,
        Dropout = 0.05f,
        Threads = 1,
        Checkpointing = false,
    };

    private static readonly TrainingSample[] s_samples = TrainingModels.Samples(QuantizedModels.VocabularySize, 20, 31, 24, 12);

    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-qlora-").FullName;

    public static TheoryData<QuantizationType> Types => QuantizedModels.Types;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Repeats_threads_checkpointing_and_pauses_give_the_same_adapter(QuantizationType type)
    {
        string model = await QuantizedModels.FileAsync(type);
        using (TrainableModel opened = TrainableModel.Open(model))
        {
            Assert.DoesNotContain(opened.Matrices, static matrix => matrix.IsSinglePrecision);
        }

        byte[] first = await TrainAsync(model, "first", s_options);

        Assert.Equal(first, await TrainAsync(model, "again", s_options));
        Assert.Equal(first, await TrainAsync(model, "threads", s_options with { Threads = 2 }));
        Assert.Equal(first, await TrainAsync(model, "checkpointing", s_options with { Checkpointing = true }));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => TrainAsync(model, "paused", s_options, pauseAfter: 5));
        Assert.Equal(first, await TrainAsync(model, "paused", s_options with { Resume = true, Threads = 2, Checkpointing = true }));
        Assert.NotEqual(first, await TrainAsync(model, "seed", s_options with { Seed = 1 }));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public async Task A_run_that_is_resumed_keeps_the_copies_that_it_was_begun_with(QuantizationType type)
    {
        string model = await QuantizedModels.FileAsync(type);
        TrainingOptions options = s_options with { Backward = BackwardPrecision.Mixed };
        TrainingEstimate all;
        using (ModelTrainer trainer = ModelTrainer.Open(model, options))
        {
            all = trainer.Estimate(s_samples);
        }

        byte[] whole = await TrainAsync(model, "whole", options, freeBytes: all.TotalBytes - 1);

        Assert.NotEqual(whole, await TrainAsync(model, "all", options));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => TrainAsync(model, "paused", options, pauseAfter: 5, freeBytes: all.TotalBytes - 1));
        Assert.Equal(whole, await TrainAsync(model, "paused", options with { Resume = true }));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public async Task The_loss_falls(QuantizationType type)
    {
        List<double> losses = [];

        await TrainAsync(await QuantizedModels.FileAsync(type), "run", s_options with { Dropout = 0 }, losses: losses);

        Assert.Equal(s_options.Epochs * StepsPerEpoch, losses.Count);
        double begin = losses.Take(StepsPerEpoch).Average();
        double end = losses.TakeLast(StepsPerEpoch).Average();
        Assert.True(end < 0.9 * begin, $"{type}: {begin} → {end}");
    }

    private async Task<byte[]> TrainAsync(string model, string run, TrainingOptions options, int pauseAfter = 0, List<double>? losses = null, long freeBytes = long.MaxValue)
    {
        using CancellationTokenSource cancellation = new();
        using ModelTrainer trainer = ModelTrainer.Open(model, options);
        trainer.FreeBytes = () => freeBytes;
        TrainingResult result = await trainer.TrainAsync(s_samples, [], Path.Combine(_folder, run), new Steps(losses ?? [], pauseAfter, cancellation), cancellation.Token);
        return await File.ReadAllBytesAsync(result.Path);
    }

    private sealed class Steps(List<double> losses, int pauseAfter, CancellationTokenSource cancellation) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            losses.Add(value.Loss);
            if (value.Step == pauseAfter)
            {
                cancellation.Cancel();
            }
        }
    }
}
