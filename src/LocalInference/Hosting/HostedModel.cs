namespace LocalInference;

/// <summary>
/// A model in use: it stays loaded until this is disposed. Dispose it after the last token; the keep-alive begins with the end of the
/// last use. Safe for concurrent use.
/// </summary>
public sealed class HostedModel : IDisposable
{
    private Action? _release;

    internal HostedModel(ModelLocation location, LocalModel model, TimeSpan loadDuration, Action release)
    {
        Location = location;
        Model = model;
        LoadDuration = loadDuration;
        _release = release;
    }

    /// <summary>The name that the model is known by.</summary>
    public string Name => Location.Name;

    /// <summary>The model, which is the host's to dispose.</summary>
    public LocalModel Model { get; }

    /// <summary>The model as its resolver described it for this use.</summary>
    internal ModelLocation Location { get; }

    /// <summary>How long this use waited for the model to be loaded; zero: it was loaded.</summary>
    public TimeSpan LoadDuration { get; }

    /// <summary>Ends the use. A second time it does nothing.</summary>
    public void Dispose() => Interlocked.Exchange(ref _release, null)?.Invoke();
}
