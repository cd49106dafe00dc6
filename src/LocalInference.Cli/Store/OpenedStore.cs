using LocalInference.Abstractions;

namespace LocalInference.Cli.Store;

/// <summary>The models that a command works on: a running server's, or a folder's.</summary>
/// <param name="models">The models.</param>
/// <param name="owner">What is let go of with them.</param>
internal sealed class OpenedStore(IModelStore models, IDisposable owner) : IDisposable
{
    public IModelStore Models => models;

    public void Dispose() => owner.Dispose();
}
