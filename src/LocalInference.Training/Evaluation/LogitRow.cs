using System.Numerics.Tensors;

namespace LocalInference.Training;

/// <summary>What a model says of the next token: its probabilities, kept as logarithms until the next row is read.</summary>
internal sealed class LogitRow(int vocabularySize)
{
    private readonly float[] _logProbabilities = new float[vocabularySize];
    private readonly float[] _scratch = new float[vocabularySize];

    /// <summary>The most probable token.</summary>
    public int Best { get; private set; }

    /// <summary>Takes the logits of a row.</summary>
    public void Read(ReadOnlySpan<float> logits)
    {
        Best = TensorPrimitives.IndexOfMax(logits);
        float max = logits[Best];
        TensorPrimitives.Subtract(logits, max, _logProbabilities);
        TensorPrimitives.Exp(_logProbabilities, _scratch);
        double sum = 0;
        foreach (float probability in _scratch)
        {
            sum += probability;
        }

        TensorPrimitives.Subtract(_logProbabilities, (float)Math.Log(sum), _logProbabilities);
    }

    /// <summary>−log of the probability of a token, in nats.</summary>
    public double NegativeLogLikelihood(int token) => -_logProbabilities[token];

    /// <summary>KL(this ‖ other) in nats: Σ p · (log p − log q). Never below 0 but for rounding.</summary>
    public double DivergenceFrom(LogitRow other)
    {
        TensorPrimitives.Exp(_logProbabilities, _scratch);
        double sum = 0;
        for (int i = 0; i < _scratch.Length; i++)
        {
            // A token of probability 0 counts nothing, whatever its logarithms are.
            if (_scratch[i] > 0)
            {
                sum += _scratch[i] * ((double)_logProbabilities[i] - other._logProbabilities[i]);
            }
        }

        return sum;
    }
}
