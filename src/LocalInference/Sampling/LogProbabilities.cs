using System.Numerics.Tensors;
using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>Turns logits into log probabilities, ln softmax, with the usual subtraction of the largest one.</summary>
internal sealed class LogProbabilities(int vocabularySize, int wanted)
{
    private readonly int _topCount = Math.Min(wanted, vocabularySize);
    private readonly float[] _scratch = new float[vocabularySize];

    /// <summary>ln p of a token, and the most probable ones, best first.</summary>
    public (float Chosen, TokenLogProbability[] Top) Of(ReadOnlySpan<float> logits, int token)
    {
        float max = TensorPrimitives.Max(logits);
        TensorPrimitives.Subtract(logits, max, _scratch);
        float chosen = _scratch[token];
        TensorPrimitives.Exp(_scratch, _scratch);
        float logSum = MathF.Log(TensorPrimitives.Sum<float>(_scratch));

        var top = new TokenLogProbability[_topCount];
        int count = 0;
        for (int i = 0; _topCount > 0 && i < logits.Length; i++)
        {
            float logProbability = logits[i] - max - logSum;
            if (count == _topCount && logProbability <= top[^1].LogProbability)
            {
                continue;
            }

            int place = count < _topCount ? count++ : _topCount - 1;
            while (place > 0 && top[place - 1].LogProbability < logProbability)
            {
                top[place] = top[place - 1];
                place--;
            }

            top[place] = new(i, logProbability);
        }

        return (chosen - logSum, top);
    }
}
