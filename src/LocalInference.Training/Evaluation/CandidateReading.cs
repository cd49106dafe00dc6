using LocalInference.Abstractions;

namespace LocalInference.Training;

/// <summary>Reads samples with a model and, beside it, with the one that it is compared with.</summary>
internal sealed class CandidateReading(TrainingSample[] samples, long total, IProgress<EvaluationProgress>? progress, CancellationToken cancellationToken)
{
    private long _completed;

    /// <summary>Refuses tokens that a vocabulary has not: llama.cpp would end the process.</summary>
    public void CheckTokens(int vocabularySize)
    {
        foreach (int token in samples.SelectMany(static s => s.Tokens))
        {
            if ((uint)token >= (uint)vocabularySize)
            {
                throw ExceptionFactory.TrainingData($"A sample has the token {token}, which the model has not", "Tokenize the samples with this very model.", $"{token}", $"{vocabularySize - 1}");
            }
        }
    }

    /// <summary>Reads all samples.</summary>
    /// <param name="name">The candidate's name.</param>
    /// <param name="source">The candidate.</param>
    /// <param name="reference">What it is compared with; the candidate itself: nothing.</param>
    public ModelScore Score(string name, LogitSource source, LogitSource reference)
    {
        bool isReference = ReferenceEquals(source, reference);
        LogitRow row = new(source.VocabularySize);
        LogitRow other = isReference ? row : new LogitRow(source.VocabularySize);
        ScoreSum sum = new();
        foreach (TrainingSample sample in samples)
        {
            for (int start = 0; start < sample.Tokens.Length - 1; start += LogitSource.MostTokens)
            {
                cancellationToken.ThrowIfCancellationRequested();
                ReadOnlySpan<int> tokens = sample.Tokens.AsSpan(start, Math.Min(LogitSource.MostTokens, sample.Tokens.Length - 1 - start));
                source.Compute(tokens, start);
                if (!isReference)
                {
                    reference.Compute(tokens, start);
                }

                for (int i = 0; i < tokens.Length; i++)
                {
                    if (sample.Weights[start + i + 1] is var weight and not 0)
                    {
                        row.Read(source.Row(i));
                        if (!isReference)
                        {
                            other.Read(reference.Row(i));
                        }

                        sum.Add(row, other, sample.Tokens[start + i + 1], weight);
                    }
                }
            }

            progress?.Report(new EvaluationProgress(name, ++_completed, total));
        }

        return sum.ToScore(name, isReference);
    }
}
