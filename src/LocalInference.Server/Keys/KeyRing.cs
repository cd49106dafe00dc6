namespace LocalInference.Server.Keys;

/// <summary>The holders of the application's keys by name, for work that goes on without a request of theirs.</summary>
internal sealed class KeyRing
{
    /// <summary>All of them; empty: the application has no keys.</summary>
    public IReadOnlyList<KeyHolder> Holders { get; set; } = [];

    public KeyHolder? Find(string? name) => Holders.FirstOrDefault(holder => holder.Key.Name == name);
}
