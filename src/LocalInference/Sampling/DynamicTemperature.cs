namespace LocalInference;

/// <summary>A temperature that rises with the entropy of the candidates.</summary>
internal static class DynamicTemperature
{
    /// <summary>The temperature for an entropy, in nats, of so many candidates; more than one.</summary>
    public static float Of(float entropy, int candidates, float temperature, float range, float exponent)
    {
        float least = Math.Max(0, temperature - range);
        float most = temperature + range;
        float highest = -MathF.Log(1f / candidates);
        return least + ((most - least) * MathF.Pow(entropy / highest, exponent));
    }
}
