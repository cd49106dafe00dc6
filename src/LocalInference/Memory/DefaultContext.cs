using LocalInference.Gguf;

namespace LocalInference;

/// <summary>Chooses the context length that nobody asked for.</summary>
internal static class DefaultContext
{
    // A longer one only takes memory from the host until somebody needs it.
    private const int Longest = 32_768;

    // Below this a chat is no use; a machine that lacks even that should hear it from the allocation.
    private const int Shortest = 512;

    /// <summary>
    /// The model's own length, at most 32,768, halved until KV cache and compute buffers take no more than half of the free
    /// memory. The weights are not counted: mapped, they can be given back.
    /// </summary>
    public static int Choose(GgufModelDescription model, int trainedContextLength, int batchSize, long freeBytes)
    {
        int length = Math.Clamp(trainedContextLength, 1, Longest);
        while (length > Shortest)
        {
            MemoryEstimate estimate = MemoryEstimate.Of(model, length, batchSize);
            if (estimate.TotalBytes - estimate.WeightBytes <= freeBytes / 2)
            {
                break;
            }

            length = Math.Max(length / 2, Shortest);
        }

        return length;
    }
}
