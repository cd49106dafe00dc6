namespace LocalInference.Text;

/// <summary>
/// A map with string keys that a template reads, without the map's content being copied: derive from it over your own data.
/// An implementation must not change while a template renders, and is read by as many threads as render with it.
/// </summary>
public abstract class JinjaMapView
{
    /// <summary>How many entries it has.</summary>
    public abstract int Count { get; }

    /// <summary>The key of an entry.</summary>
    /// <param name="index">Place in the map's order, from 0 to <see cref="Count"/> - 1.</param>
    /// <returns>The key: a string value. Mark it as content where the key is not the application's own.</returns>
    public abstract JinjaValue KeyAt(int index);

    /// <summary>The value of an entry.</summary>
    /// <param name="index">Place in the map's order, from 0 to <see cref="Count"/> - 1.</param>
    /// <returns>The value.</returns>
    public abstract JinjaValue ValueAt(int index);

    /// <summary>Looks a key up.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">Its value, if it is there.</param>
    /// <returns>Whether the key is there.</returns>
    public abstract bool TryGetValue(string key, out JinjaValue value);
}
