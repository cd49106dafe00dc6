using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace LocalInference.Training;

/// <summary>A digest of all that decides what a training computes: a checkpoint of anything else must not be resumed.</summary>
internal static class Fingerprint
{
    // What is read of a matrix: all of a small one, and of a large model so little that no step waits for it.
    private const int MostPieces = 16;
    private const int PieceLength = 4096;

    public static string Of(TrainableModel model, IEnumerable<ParameterDefinition> parameters, IReadOnlyList<TrainingSample> samples, IReadOnlyList<TrainingSample> validation, TrainingOptions options)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        // What does not change the result may differ when a run is resumed.
        TrainingOptions relevant = options with { Threads = null, AdaptThreads = true, Checkpointing = null, CheckpointInterval = 1, Resume = false };
        Append(hash, $"{relevant}\n{model.Shape with { Rope = model.Shape.Rope with { Factors = null } }}\n");
        if (model.Shape.Rope.Factors is { Attention: not 1 } factors)
        {
            Append(hash, $"{factors.Attention}\n");
        }

        foreach (ParameterDefinition parameter in parameters)
        {
            Append(hash, $"{parameter}\n");
        }

        foreach (Weight weight in model.Weights.Append(model.Shape.Rope.Factors?.Divisors).OfType<Weight>())
        {
            Append(hash, weight);
        }

        Append(hash, samples);
        Append(hash, validation);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    // Evenly spaced, from the first byte to the last.
    private static void Append(IncrementalHash hash, Weight weight)
    {
        ulong length = weight.ByteLength;
        ulong pieces = Math.Min(MostPieces, (length + PieceLength - 1) / PieceLength);
        Append(hash, $"{weight.Name} {weight.Type} {length}\n");
        for (ulong i = 0; i < pieces; i++)
        {
            ulong offset = pieces == 1 ? 0 : (length - PieceLength) * i / (pieces - 1);
            hash.AppendData(weight.Slice((nuint)offset, (int)Math.Min(PieceLength, length)));
        }
    }

    private static void Append(IncrementalHash hash, IReadOnlyList<TrainingSample> samples)
    {
        Append(hash, $"{samples.Count}\n");
        foreach (TrainingSample sample in samples)
        {
            Append(hash, $"{sample.Tokens.Length}\n");
            hash.AppendData(MemoryMarshal.AsBytes(sample.Tokens.AsSpan()));
            hash.AppendData(MemoryMarshal.AsBytes(sample.Weights.AsSpan()));
        }
    }

    private static void Append(IncrementalHash hash, string text) => hash.AppendData(Encoding.UTF8.GetBytes(text));
}
