using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.Intrinsics;
using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>Turns logits into log probabilities, ln softmax, with the usual subtraction of the largest one.</summary>
internal sealed class LogProbabilities(int vocabularySize, int wanted)
{
    private readonly Candidate[] _best = new Candidate[Math.Min(wanted, vocabularySize)];
    private readonly float[] _scratch = new float[vocabularySize];

    /// <summary>ln p of a token, and the most probable ones, best first; of equal ones the one with the smaller id.</summary>
    public (float Chosen, TokenLogProbability[] Top) Of(ReadOnlySpan<float> logits, int token)
    {
        float max = TensorPrimitives.Max(logits);
        TensorPrimitives.Subtract(logits, max, _scratch);
        float chosen = _scratch[token];
        TensorPrimitives.Exp(_scratch, _scratch);
        float logSum = MathF.Log(TensorPrimitives.Sum<float>(_scratch));

        FindBest(logits);
        var top = new TokenLogProbability[_best.Length];
        for (int i = 0; i < top.Length; i++)
        {
            top[i] = new(_best[i].Id, _best[i].Logit - max - logSum);
        }

        return (chosen - logSum, top);
    }

    private void FindBest(ReadOnlySpan<float> logits)
    {
        if (_best.Length == 0)
        {
            return;
        }

        int next = 0;
        for (; next < _best.Length; next++)
        {
            Insert(logits[next], next, next);
        }

        // Only what is better than the worst of the best is looked at one by one.
        for (; next <= logits.Length - Vector256<float>.Count; next += Vector256<float>.Count)
        {
            Vector256<float> values = Vector256.Create(logits[next..]);
            uint better = Vector256.GreaterThan(values, Vector256.Create(_best[^1].Logit)).ExtractMostSignificantBits();
            for (; better != 0; better &= better - 1)
            {
                int token = next + BitOperations.TrailingZeroCount(better);
                InsertIfBetter(logits[token], token);
            }
        }

        for (; next < logits.Length; next++)
        {
            InsertIfBetter(logits[next], next);
        }
    }

    private void InsertIfBetter(float logit, int token)
    {
        if (logit > _best[^1].Logit)
        {
            Insert(logit, token, _best.Length - 1);
        }
    }

    private void Insert(float logit, int token, int place)
    {
        while (place > 0 && _best[place - 1].Logit < logit)
        {
            _best[place] = _best[place - 1];
            place--;
        }

        _best[place] = new Candidate(logit, token);
    }
}
