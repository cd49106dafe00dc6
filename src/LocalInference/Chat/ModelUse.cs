using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>A model that somebody uses: it stays loaded until this is disposed.</summary>
/// <param name="model">The model.</param>
/// <param name="name">The name that it answers to.</param>
/// <param name="sampling">What it changes of the sampling defaults.</param>
/// <param name="defaults">What it says for requests that say nothing themselves.</param>
/// <param name="loadDuration">Time that it took to load for this use; zero: it was loaded.</param>
/// <param name="release">Called when the use ends; <see langword="null"/>: nobody wants to know.</param>
internal sealed class ModelUse(LocalModel model, string name, SamplingOverrides sampling, ModelDefaults defaults, TimeSpan loadDuration, Action? release) : IDisposable
{
    private Action? _release = release;

    public LocalModel Model => model;

    public string Name => name;

    public SamplingOverrides Sampling => sampling;

    public ModelDefaults Defaults => defaults;

    public TimeSpan LoadDuration => loadDuration;

    public void Dispose() => Interlocked.Exchange(ref _release, null)?.Invoke();
}
