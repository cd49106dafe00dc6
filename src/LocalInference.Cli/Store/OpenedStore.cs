using LocalInference.Abstractions;

namespace LocalInference.Cli.Store;

/// <summary>The models that a command works on: a running server's, or a folder's.</summary>
/// <param name="models">The models.</param>
/// <param name="owner">What is let go of with them.</param>
internal sealed class OpenedStore(IModelStore models, IDisposable owner) : IDisposable
{
    public IModelStore Models => models;

    /// <summary>All models, and why others of a folder are left out; a server writes that into its own log.</summary>
    public (IReadOnlyList<StoredModel> Models, IReadOnlyList<(string Name, StoreException Fault)> LeftOut) List()
    {
        List<(string, StoreException)> leftOut = [];
        if (models is ModelStore folder)
        {
            folder.LeftOut = (name, fault) => leftOut.Add((name, fault));
        }

        return (models.List(), leftOut);
    }

    public void Dispose() => owner.Dispose();
}
