using LocalInference.Abstractions;

namespace LocalInference.Training;

/// <summary>
/// Compares the trainer's own forward pass with libllama's on a sample: before a job, because a function that is only nearly the model's
/// would train without a complaint; after it, because the adapter is to do there what it did here.
/// </summary>
internal sealed class EngineAgreement(ModelPass pass, int threads)
{
    // Long enough for positions and masks to show.
    private const int MostTokens = 64;

    // Logits of F32 models differ by rounding only: measured 5e-7. Others round activations to the type of their weights, and
    // not at the same places: measured 1e-2 (Q8_0). A wrong function is off by about 1.
    private const double F32Limit = 1e-4;

    // GELU comes from a table of half precision: where F32's last bit decides which entry, it is off by 5e-4 at once. Measured 4e-5 with six
    // layers and 4e-4 with 46.
    private const double TableLimit = 2e-3;
    private const double QuantizedLimit = 0.05;

    private readonly double _limit = !pass.Model.Matrices.All(static w => w.IsSinglePrecision) ? QuantizedLimit
        : pass.Model.Shape.Activation == GatedActivation.Gelu ? TableLimit : F32Limit;

    /// <summary>Compares.</summary>
    /// <param name="sample">What to compare on; its beginning is enough.</param>
    /// <param name="modelPath">The model as it is now, as a file.</param>
    /// <param name="adapterPath">The adapter that is attached to it, as a file; <see langword="null"/>: none.</param>
    /// <returns>The length of the difference of all logits over the length of libllama's.</returns>
    /// <exception cref="TrainingException">They disagree.</exception>
    public double Check(TrainingSample sample, string modelPath, string? adapterPath = null)
    {
        int length = Math.Min(sample.Tokens.Length, MostTokens + 1);
        float[] all = new float[length];
        Array.Fill(all, 1);
        using TokenBatch batch = new([new TrainingSample(sample.Tokens[..length], all)], scale: 1);
        float[] ours = pass.Logits(batch);
        float[] theirs = ReferenceLogits.Compute(modelPath, sample.Tokens.AsSpan(0, length - 1), threads, adapterPath);
        double difference = Difference(ours, theirs);
        return difference <= _limit
            ? difference
            : throw ExceptionFactory.TrainingCheck(
                $"The trainer computes something else than llama.cpp{(adapterPath is null ? "" : " with the adapter")}: logits differ by {difference:G3} of their size",
                "Report this with the model; what would be trained on it would not work.",
                $"{difference:G3}",
                $"{_limit:G3}");
    }

    private static double Difference(float[] ours, float[] theirs)
    {
        if (ours.Length != theirs.Length)
        {
            return double.PositiveInfinity;
        }

        double difference = 0;
        double size = 0;
        for (int i = 0; i < ours.Length; i++)
        {
            double d = (double)ours[i] - theirs[i];
            difference += d * d;
            size += (double)theirs[i] * theirs[i];
        }

        // Not a number is no agreement.
        double relative = Math.Sqrt(difference / size);
        return double.IsNaN(relative) ? double.PositiveInfinity : relative;
    }
}
