using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.TestModels;
using LocalInference.Training.Tests.Models;

namespace LocalInference.Training.Tests.Jobs;

/// <summary>What a job takes of the machine: memory, as it was estimated, and files in the run's folder.</summary>
[Collection(TrainingJobTests.Workers)]
public sealed class TrainingJobFootprintTests : IDisposable
{
    private const double Deviation = 0.1;

    // What .NET and llama.cpp take by themselves differs from machine to machine by some MiB, which is much of a training that takes no more.
    private const long Floor = 64 << 20;

    // Activations that are a multiple of what the process takes by itself.
    private static readonly TestModelSpec s_large = TestModelSpec.LlamaChat with { Name = "footprint", EmbeddingLength = 256, FeedForwardLength = 512, BlockCount = 4 };
    private static readonly TrainingOptions s_options = new() { Rank = 4, MaxSteps = 2, BatchSize = 4, Threads = 1 };
    private static readonly TrainingSample[] s_samples = TrainingModels.Samples(512, 20, 31, 8, 12);

    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-footprint-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(true, false, 0)]
    [InlineData(true, true, Floor)]
    [InlineData(false, false, Floor)]
    public async Task The_estimate_is_what_is_resident(bool isLarge, bool checkpointing, long floor)
    {
        string model = TrainingModels.FileOf(isLarge ? s_large : TestModelSpec.LlamaChat);
        TrainingSample[] samples = isLarge ? TrainingModels.Samples(512, 512, 512, 512, 512) : s_samples;
        TrainingOptions options = s_options with { Checkpointing = checkpointing };
        long estimated;
        using (ModelTrainer trainer = ModelTrainer.Open(model, options))
        {
            estimated = trainer.Estimate(samples).TotalBytes;
        }

        await TrainingJob.RunAsync(model, options, samples, [], _folder);

        long resident = File.ReadLines(Path.Combine(_folder, "metrics.jsonl")).Max(static line => JsonDocument.Parse(line).RootElement.GetProperty("resident_bytes").GetInt64());
        Assert.True(Math.Abs(estimated - resident) <= Deviation * (resident + floor), $"{estimated} estimated, {resident} resident");
    }

    [Fact]
    public async Task Samples_are_a_jobs_own_and_gone_when_they_are_read()
    {
        string model = TrainingModels.FileOf(TestModelSpec.LlamaChat);
        TrainingException? refused = null;
        string[] during = ["unknown"];
        using CancellationTokenSource cancellation = new();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => TrainingJob.RunAsync(
            model,
            s_options with { Epochs = 5000, MaxSteps = null },
            s_samples,
            [],
            _folder,
            new Each(step =>
            {
                if (step.Step == 1)
                {
                    refused = Refused(model);
                    during = SampleFiles();
                    cancellation.Cancel();
                }
            }),
            cancellation.Token));

        Assert.Equal("training_directory_busy", refused?.Code);
        Assert.Empty(during);
        Assert.Empty(SampleFiles());
        Assert.NotEqual(SampleFile.NewPathIn(_folder), SampleFile.NewPathIn(_folder), StringComparer.Ordinal);
    }

    // What becomes of another job in the same folder.
    private TrainingException Refused(string model) =>
        Assert.Throws<TrainingException>(() => { TrainingJob.RunAsync(model, s_options, s_samples[..1], [], _folder).GetAwaiter().GetResult(); });

    private string[] SampleFiles() => Directory.GetFiles(_folder, "samples*");

    private sealed class Each(Action<TrainingProgress> action) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => action(value);
    }
}
