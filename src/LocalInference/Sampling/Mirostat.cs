using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>
/// Mirostat (arXiv:2007.14966), both versions: keeps the surprise of the chosen tokens near a target by moving a limit for it.
/// State and random stream of one request.
/// </summary>
internal sealed class Mirostat(SamplingOptions options, uint seed)
{
    // m of the paper's estimate of the slope; llama.cpp's own default.
    private const int Samples = 100;

    private readonly MersenneTwister _random = new(seed);
    private float _limit = 2 * options.MirostatTau;

    /// <summary>Chooses a token from logits that were divided by the temperature.</summary>
    public int Choose(ReadOnlySpan<float> logits, float largest, CandidateBuffer buffer)
    {
        CandidateList list = buffer.List;
        DescendingLogits descending = buffer.Descending;
        descending.Begin(largest);
        float sum = descending.SumOfExponentials(logits, 0);
        int kept = options.Mirostat == MirostatMode.Version1
            ? CountBySlope(descending, logits, sum)
            : CountBySurprise(descending, logits, sum);
        descending.OrderTies(logits, kept);
        list.Truncate(kept);
        list.Softmax(sort: false);
        int chosen = Draw(list.Probabilities);
        float surprise = -MathF.Log2(list.Probabilities[chosen]);
        _limit -= options.MirostatEta * (surprise - options.MirostatTau);
        return list.Items[chosen].Id;
    }

    // Version 1 estimates the exponent of Zipf's law from the best tokens, and from it how many stay below the limit.
    private int CountBySlope(DescendingLogits descending, ReadOnlySpan<float> logits, float sum)
    {
        float products = 0;
        float squares = 0;
        for (int i = 0; i < Samples - 1 && descending.Reach(logits, i + 2); i++)
        {
            float t = MathF.Log((float)(i + 2) / (i + 1));
            float b = MathF.Log(Probability(descending, i, sum) / Probability(descending, i + 1, sum));
            products += t * b;
            squares += t * t;
        }

        float slope = products / squares;
        float epsilon = slope - 1;
        float k = MathF.Pow(epsilon * MathF.Pow(2, _limit) / (1 - MathF.Pow(logits.Length, -epsilon)), 1 / slope);

        // What does not fit an int converts as the processor likes, here as in C++.
        int kept = Math.Clamp(float.ConvertToIntegerNative<int>(k), 1, logits.Length);
        descending.Reach(logits, kept);
        return kept;
    }

    private int CountBySurprise(DescendingLogits descending, ReadOnlySpan<float> logits, float sum)
    {
        int kept = 0;
        while (descending.Reach(logits, kept + 1) && !(-MathF.Log2(Probability(descending, kept, sum)) > _limit))
        {
            kept++;
        }

        return Math.Max(1, kept);
    }

    private static float Probability(DescendingLogits descending, int place, float sum) =>
        MathF.Exp(descending.Items[place].Logit - descending.Items[0].Logit) / sum;

    // C++'s std::discrete_distribution, which draws nothing if there is no choice.
    private int Draw(ReadOnlySpan<float> probabilities)
    {
        if (probabilities.Length < 2)
        {
            return 0;
        }

        double sum = 0;
        foreach (float probability in probabilities)
        {
            sum += probability;
        }

        double chance = _random.NextDouble();
        double running = 0;
        int chosen = 0;
        while (chosen < probabilities.Length - 1)
        {
            running += probabilities[chosen] / sum;
            if (running >= chance)
            {
                break;
            }

            chosen++;
        }

        return chosen;
    }
}
