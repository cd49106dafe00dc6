using System.Diagnostics;
using LocalInference.Training;

namespace LocalInference.TrainingSpeed;

/// <summary>Some steps in this process.</summary>
internal sealed class OwnTurn : IProgress<TrainingProgress>
{
    private readonly List<double> _seconds = [];
    private long _peak;
    private long _last = Stopwatch.GetTimestamp();

    public static async Task<TurnResult> RunAsync(Settings settings, CancellationToken cancellationToken)
    {
        string folder = Directory.CreateTempSubdirectory("localinference-speed-").FullName;
        try
        {
            TrainingOptions options = new()
            {
                Rank = settings.Rank,
                BatchSize = 1,
                Epochs = settings.Steps,
                MaxLength = settings.Tokens + 1,
                Threads = settings.Threads,
                Checkpointing = settings.Checkpointing,
                CheckpointInterval = int.MaxValue,
            };
            int vocabulary = ReferenceShape.Read(settings.Model).VocabularySize;
            Random random = new(1);
            float[] weights = new float[settings.Tokens + 1];
            Array.Fill(weights, 1);
            TrainingSample sample = new([.. Enumerable.Range(0, settings.Tokens + 1).Select(_ => random.Next(vocabulary))], weights);
            using ModelTrainer trainer = ModelTrainer.Open(settings.Model, options);
            long estimated = trainer.Estimate([sample]).TotalBytes;
            OwnTurn turn = new();
            await trainer.TrainAsync([sample], [], folder, turn, cancellationToken).ConfigureAwait(false);
            return new TurnResult([.. turn._seconds], turn._peak, estimated);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    public void Report(TrainingProgress value)
    {
        long now = Stopwatch.GetTimestamp();
        _seconds.Add(Stopwatch.GetElapsedTime(_last, now).TotalSeconds);
        _last = now;

        // Up to the last step: what the result is compared with maps the model's file once more, and its pages would count twice.
        using Process self = Process.GetCurrentProcess();
        _peak = self.PeakWorkingSet64;
    }
}
