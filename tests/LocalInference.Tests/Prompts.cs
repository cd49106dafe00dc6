namespace LocalInference.Tests;

/// <summary>Prompts of random tokens.</summary>
internal static class Prompts
{
    /// <summary>
    /// How far below the best logit an answer may be. Keys and values are rounded to half precision, and differently in other
    /// batch shapes: 0.0016 was seen. One wrong token of sixty, the least that a wrong cell could be, makes 0.024.
    /// </summary>
    public const float Rounding = 0.004f;

    /// <summary>The same tokens for the same seed and any length: none of them is a special one.</summary>
    public static int[] Of(int seed, int length)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, length).Select(_ => random.Next(5, 300))];
    }
}
