namespace LocalInference.Providers;

/// <summary>An answer that comes as a whole.</summary>
internal sealed class JsonReply<T>(ReplyParts parts, T value) : Reply(parts)
{
    public T Value => value;
}
