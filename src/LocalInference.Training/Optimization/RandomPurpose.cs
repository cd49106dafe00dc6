namespace LocalInference.Training;

/// <summary>What random numbers of a run are for, so that no two uses share any.</summary>
internal static class RandomPurpose
{
    public const ulong Initial = 1;
    public const ulong Order = 2;
    public const ulong Dropout = 3;
}
