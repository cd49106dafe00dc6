using System.Diagnostics;
using LocalInference.Native;

namespace LocalInference.Training;

/// <summary>How long a run will take: its multiplications and additions, by how many of them this machine does a second.</summary>
internal static class ComputeNeed
{
    // Everything that is no product: norms, softmax, activations, sums, the optimizer. In a profile of a 135M shape products with their
    // packing took three quarters of a step; the rest of the factor is caution.
    private const double BesidesProducts = 1.5;

    // A product of 0.5 billion operations: some milliseconds, and the fastest of some, because the first is not warm.
    private const int ProbeSize = 1024;
    private const int ProbeRows = 256;
    private const int ProbeRuns = 5;

    /// <summary>A run from its first step to its last, without evaluations.</summary>
    public static TimeSpan Duration(TrainableModel model, TrainingOptions options, PreparedSamples samples, TrainingEstimate estimate, int threads)
    {
        double epochs = estimate.Tokens / (double)samples.TokenCount;
        return TimeSpan.FromSeconds(epochs * Operations(model, options, samples, estimate) / OperationsPerSecond(threads) * BesidesProducts);
    }

    // Of an epoch. Each product is one forward and, for each factor that has a gradient, one back.
    private static double Operations(TrainableModel model, TrainingOptions options, PreparedSamples samples, TrainingEstimate estimate)
    {
        ModelShape shape = model.Shape;
        double layers = model.Layers.Sum(static l => l.Linears.Sum(static m => (double)m.Matrix.Columns * m.Matrix.Rows));
        double head = (double)shape.Width * shape.VocabularySize;
        double targets = samples.Samples.Sum(static s => (double)TokenBatch.TargetCount(s));
        double scores = samples.Samples.Sum(static s => (double)ActivationNeed.AttentionScores(s.Tokens.Length - 1)) * shape.Heads * shape.HeadLength * shape.Layers;
        bool isFull = options.Mode == TrainingMode.Full;
        int times = isFull ? 3 : 2;
        int again = estimate.Checkpointing ? 1 : 0;
        double changes = isFull ? 0 : (3 + again) * (double)estimate.TrainedParameters;
        return 2 * ((samples.TokenCount * (((times + again) * layers) + changes)) + (targets * times * head) + ((6 + (2 * again)) * scores));
    }

    private static unsafe double OperationsPerSecond(int threads)
    {
        using CpuBackend backend = new(threads);
        using TapeRunner runner = new(backend);
        using HostTensors tensors = new(
            HostTensors.Size(ggml_type.GGML_TYPE_F32, ProbeSize, ProbeSize) + (2 * HostTensors.Size(ggml_type.GGML_TYPE_F32, ProbeSize, ProbeRows)),
            3);
        Variable weight = Tape.Constant(tensors.Add(ggml_type.GGML_TYPE_F32, ProbeSize, ProbeSize));
        Variable x = Tape.Constant(tensors.Add(ggml_type.GGML_TYPE_F32, ProbeSize, ProbeRows));
        ggml_tensor* result = tensors.Add(ggml_type.GGML_TYPE_F32, ProbeSize, ProbeRows);
        TimeSpan best = TimeSpan.MaxValue;
        for (int run = 0; run < ProbeRuns; run++)
        {
            using Tape tape = new(10, gradients: false);
            tape.Keep(tape.Linear(weight, null, x).Tensor, result);
            long start = Stopwatch.GetTimestamp();
            runner.Run(tape);
            TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
            best = elapsed < best ? elapsed : best;
        }

        return 2.0 * ProbeSize * ProbeSize * ProbeRows / best.TotalSeconds;
    }
}
