using LocalInference.Gguf;

namespace LocalInference.StoreTransfer;

/// <summary>Writes a GGUF file of a given size, with weights by chance.</summary>
internal static class WeightsFile
{
    private const int BlockBytes = 1 << 20;

    public static void Write(string path, long bytes)
    {
        long elements = bytes / sizeof(float) / 32 * 32;
        GgufMetadata metadata = new GgufMetadataBuilder().Set("general.architecture", "llama").Build();
        using GgufWriter writer = GgufWriter.Create(path, metadata, [new GgufTensorDefinition("token_embd.weight", GgufTensorType.F32, 32, elements / 32)]);
        byte[] block = new byte[BlockBytes];
#pragma warning disable CA5394 // Nothing secret hangs on it.
        Random random = new(1);
        for (long left = elements * sizeof(float); left > 0; left -= Math.Min(left, BlockBytes))
        {
            random.NextBytes(block);
            writer.Write(block.AsSpan(0, (int)Math.Min(left, BlockBytes)));
        }
#pragma warning restore CA5394

        writer.Complete();
    }
}
