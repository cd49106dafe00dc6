using LocalInference.Abstractions;

namespace LocalInference.Training;

/// <summary>Samples that have been checked against the model and cut to length.</summary>
internal sealed record PreparedSamples(IReadOnlyList<TrainingSample> Samples, int Cut, int LeftOut)
{
    /// <summary>Tokens that are read.</summary>
    public long TokenCount => Samples.Sum(static s => (long)s.Tokens.Length - 1);

    /// <summary>Checks and cuts.</summary>
    /// <exception cref="TrainingException">A sample is malformed, or none has anything to learn.</exception>
    public static PreparedSamples Of(IReadOnlyList<TrainingSample> samples, ModelShape shape, int maxLength)
    {
        List<TrainingSample> kept = [];
        int cut = 0;
        for (int i = 0; i < samples.Count; i++)
        {
            TrainingSample sample = samples[i];
            Check(sample, i, shape);
            if (sample.Tokens.Length > maxLength)
            {
                sample = new TrainingSample(sample.Tokens[..maxLength], sample.Weights[..maxLength]);
                cut++;
            }

            if (sample.Tokens.Length > 1 && TokenBatch.TargetCount(sample) > 0)
            {
                kept.Add(sample);
            }
        }

        return kept.Count > 0
            ? new PreparedSamples(kept, cut, samples.Count - kept.Count)
            : throw ExceptionFactory.TrainingData("No sample has a token to learn", "Give samples of two tokens and more, with weights above 0.", $"{samples.Count}");
    }

    private static void Check(TrainingSample sample, int index, ModelShape shape)
    {
        if (sample.Tokens.Length != sample.Weights.Length)
        {
            throw ExceptionFactory.TrainingData($"Sample {index} has {sample.Tokens.Length} tokens and {sample.Weights.Length} weights", "Give each token a weight.", $"{sample.Weights.Length}", $"{sample.Tokens.Length}");
        }

        foreach (int token in sample.Tokens)
        {
            if ((uint)token >= (uint)shape.VocabularySize)
            {
                throw ExceptionFactory.TrainingData($"Sample {index} has the token {token}, which the model has not", "Tokenize the samples with this very model.", $"{token}", $"{shape.VocabularySize - 1}");
            }
        }

        foreach (float weight in sample.Weights)
        {
            if (!(weight >= 0 && float.IsFinite(weight)))
            {
                throw ExceptionFactory.TrainingData($"Sample {index} has the weight {weight}", "Give weights from 0 up.", $"{weight}", "0");
            }
        }
    }
}
