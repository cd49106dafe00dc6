using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>Vectors, which come as a whole.</summary>
internal sealed class EmbeddingReply(ReplyParts parts, EmbeddingResult result) : Reply(parts)
{
    public EmbeddingResult Result => result;
}
