using LocalInference.Abstractions;
using LocalInference.Native;

namespace LocalInference.Training;

/// <summary>
/// Compares the trainer's own forward pass with libllama's on a sample: before a job, because a function that is only nearly the model's
/// would train without a complaint; after it, because the adapter is to do there what it did here. Once with libllama's operations, which
/// leaves no room for another function, and once with those that training computes with.
/// </summary>
internal sealed unsafe class EngineAgreement(ModelPass pass, int threads)
{
    // Long enough for positions and masks to show.
    private const int MostTokens = 64;

    // The same operations on the same values give the same bits: measured 0 for every architecture, depth and type of weights. An accelerator
    // (Apple's BLAS) adds up in another order, which is given as much as training's operations are.
    private const double ServedLimit = 1e-5;

    // Those differ by rounding: in F32 by 1e-6, measured.
    private const double F32Limit = 1e-4;

    // What is served rounds more. Quantized weights have activations rounded to their type: measured 2e-2 (Q8_0, Q4_K). GELU comes from a table
    // of half precision with steps of 5e-4: 5e-4 with two layers of random weights, 2e-2 with 46; with training's GELU in its place 2e-5. A
    // wrong function is off by about 1.
    private const double RoundedLimit = 0.05;

    private readonly double _trainedLimit = pass.Model.Matrices.All(static w => w.IsSinglePrecision) && pass.Model.Shape.Activation != GatedActivation.Gelu ? F32Limit : RoundedLimit;

    private static bool HasAccelerator => GgmlRegistry.ggml_backend_dev_by_type(ggml_backend_dev_type.GGML_BACKEND_DEVICE_TYPE_ACCEL) != null;

    /// <summary>Compares.</summary>
    /// <param name="sample">What to compare on; its beginning is enough.</param>
    /// <param name="modelPath">The model as it is now, as a file.</param>
    /// <param name="adapterPath">The adapter that is attached to it, as a file; <see langword="null"/>: none.</param>
    /// <returns>With libllama's operations: the length of the difference of all logits over the length of its own.</returns>
    /// <exception cref="TrainingException">They disagree.</exception>
    public double Check(TrainingSample sample, string modelPath, string? adapterPath = null)
    {
        int length = Math.Min(sample.Tokens.Length, MostTokens + 1);
        float[] all = new float[length];
        Array.Fill(all, 1);
        using TokenBatch batch = new([new TrainingSample(sample.Tokens[..length], all)], scale: 1);
        string? longContextKey = pass.Model.IsLongContext ? $"{pass.Model.Shape.Architecture}.{ModelShapeReader.OriginalContextKey}" : null;

        // Logits of a large vocabulary take some memory, which is to be free again at once and not when a garbage is collected.
        using HostTensors theirs = pass.LogitRows(batch, out ggml_tensor* expected);
        ReferenceLogits.Compute(modelPath, sample.Tokens.AsSpan(0, length - 1), threads, HostTensors.Elements<float>(expected), adapterPath, longContextKey);
        using HostTensors ours = pass.LogitRows(batch, out ggml_tensor* computed);
        pass.ReadLogits(batch, asServed: true, computed);
        double difference = Require(Difference(computed, expected), HasAccelerator ? _trainedLimit : ServedLimit, adapterPath);
        pass.ReadLogits(batch, asServed: false, computed);
        Require(Difference(computed, expected), _trainedLimit, adapterPath);
        return difference;
    }

    private static double Require(double difference, double limit, string? adapterPath) => difference <= limit
        ? difference
        : throw ExceptionFactory.TrainingCheck(
            $"The trainer computes something else than llama.cpp{(adapterPath is null ? "" : " with the adapter")}: logits differ by {difference:G3} of their size",
            "Report this with the model; what would be trained on it would not work.",
            $"{difference:G3}",
            $"{limit:G3}");

    private static double Difference(ggml_tensor* computed, ggml_tensor* expected)
    {
        ReadOnlySpan<float> ours = HostTensors.Elements<float>(computed);
        ReadOnlySpan<float> theirs = HostTensors.Elements<float>(expected);
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
