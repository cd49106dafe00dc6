using LocalInference.Gguf;

namespace LocalInference.TrainingSpeed;

/// <summary>The shape of a model of the llama family; its weights do not matter to speed.</summary>
internal sealed record ReferenceShape(int Layers, int Width, int FeedForwardWidth, int Heads, int KeyValueHeads, int HeadLength, int VocabularySize, double Epsilon)
{
    public static ReferenceShape Read(string path)
    {
        using GgufFile file = GgufFile.Open(path);
        GgufMetadata metadata = file.Metadata;
        string architecture = metadata.GetString("general.architecture");
        int width = Number("embedding_length");
        int heads = Number("attention.head_count");
        return new ReferenceShape(
            Number("block_count"),
            width,
            Number("feed_forward_length"),
            heads,
            Number("attention.head_count_kv"),
            width / heads,
            (int)file.FindTensor("token_embd.weight")!.Dimensions[1],
            1e-5);

        int Number(string key) => (int)metadata.GetUInt32($"{architecture}.{key}");
    }
}
