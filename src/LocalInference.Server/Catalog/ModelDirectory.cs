using System.Collections.Concurrent;
using LocalInference.Abstractions;

namespace LocalInference.Server.Catalog;

/// <summary>
/// The application's models by the names that clients use, and what is known of them. A description is read from the model's file, so
/// each of a model that the catalog lists is kept until the list shows another size or time. Safe for concurrent use.
/// </summary>
/// <param name="catalog">Knows them; <see langword="null"/>: nobody does, and names are taken as they come.</param>
/// <param name="store">Keeps them; <see langword="null"/>: they are mere files.</param>
internal sealed class ModelDirectory(IModelCatalog? catalog, IModelStore? store)
{
    private const string DefaultTag = ":latest";

    private readonly ConcurrentDictionary<string, CachedDescription> _known = new(StringComparer.Ordinal);

    /// <summary>The name that the catalog has for what a client calls a model: case and a tag <c>latest</c> make no difference.</summary>
    /// <param name="wanted">The client's name.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <returns>The name; <see langword="null"/>: there is no such model.</returns>
    public async ValueTask<string?> NameOfAsync(string wanted, CancellationToken cancellationToken) =>
        catalog is null ? wanted : (await SearchAsync(wanted, cancellationToken).ConfigureAwait(false)).Model?.Name;

    /// <summary>What is known of a model.</summary>
    /// <returns>The description; <see langword="null"/>: there is no such model, or no catalog.</returns>
    public async ValueTask<ModelDescription?> FindAsync(string wanted, CancellationToken cancellationToken) =>
        await SearchAsync(wanted, cancellationToken).ConfigureAwait(false) switch
        {
            (null, _) => null,
            ({ } outline, true) => await DescribeAsync(outline, cancellationToken).ConfigureAwait(false),

            // All is known of it already, and nothing is kept: of a provider elsewhere a client may invent any name.
            ({ } description, false) => WithManifest(description with { Tensors = [] }, FindStored(description.Name)),
        };

    /// <summary>The tensors of a model, by the catalog's name; descriptions lack them.</summary>
    public async ValueTask<IReadOnlyList<TensorDescription>> TensorsOfAsync(string name, CancellationToken cancellationToken) =>
        catalog is null ? [] : (await catalog.FindModelAsync(name, cancellationToken).ConfigureAwait(false))?.Tensors ?? [];

    /// <summary>What the store knows of a model, by the catalog's name.</summary>
    /// <returns><see langword="null"/>: there is no store, or the model is not in it.</returns>
    public StoredModel? FindStored(string name)
    {
        try
        {
            return store?.Find(name);
        }
        catch (StoreException e) when (e.Code == "model_name_invalid")
        {
            // A mere file may be called what it likes.
            return null;
        }
    }

    /// <summary>Whether a model of the store could be called so; without a store, any text is a name.</summary>
    public bool IsName(string text)
    {
        try
        {
            _ = store?.Find(text);
            return true;
        }
        catch (StoreException e)
        {
            return e.Code != "model_name_invalid";
        }
    }

    /// <summary>The texts that end a stored model's answers by its recipe; none if there is no store, or the model is not in it.</summary>
    public IReadOnlyList<string> StopSequencesOf(string name) => FindStored(name) is { } stored
        ? [.. store!.GetModelfile(stored.Name).Instructions.Where(static one => one is { Keyword: ModelfileKeyword.Parameter, Name: "stop", Value.Length: > 0 }).Select(static one => one.Value)]
        : [];

    /// <summary>Whether a model is known to answer conversations only with a template that somebody else gives.</summary>
    public async ValueTask<bool> LacksTemplateAsync(string wanted, CancellationToken cancellationToken) =>
        await FindAsync(wanted, cancellationToken).ConfigureAwait(false) is { Template: null } model
        && (model.Capabilities & (ModelCapabilities.Completion | ModelCapabilities.Chat)) == ModelCapabilities.Completion;

    /// <summary>All models; of one that cannot be read, what the catalog's list says.</summary>
    public async ValueTask<IReadOnlyList<ModelDescription>> ListAsync(CancellationToken cancellationToken)
    {
        if (catalog is null)
        {
            return [];
        }

        List<ModelDescription> models = [];
        foreach (ModelDescription outline in await catalog.ListModelsAsync(cancellationToken).ConfigureAwait(false))
        {
            try
            {
                models.Add(await DescribeAsync(outline, cancellationToken).ConfigureAwait(false) ?? WithManifest(outline, FindStored(outline.Name)));
            }
            catch (LocalInferenceException)
            {
                models.Add(outline);
            }
        }

        return models;
    }

    // A stored model is more than its file: its manifest says when it came, what all of it takes and what it is called by its digest.
    private static ModelDescription WithManifest(ModelDescription model, StoredModel? stored) => stored is null ? model : model with
    {
        Digest = stored.Digest,
        SizeInBytes = stored.SizeInBytes,
        ModifiedAt = stored.ModifiedAt,
        Quantization = stored.Quantization ?? model.Quantization,
    };

    // The list's entry, or what else the catalog knows by that name.
    private async ValueTask<(ModelDescription? Model, bool IsListed)> SearchAsync(string wanted, CancellationToken cancellationToken)
    {
        if (catalog is null)
        {
            return (null, false);
        }

        IReadOnlyList<ModelDescription> all = await catalog.ListModelsAsync(cancellationToken).ConfigureAwait(false);
        ModelDescription? listed = all.FirstOrDefault(model => string.Equals(model.Name, wanted, StringComparison.Ordinal))
            ?? all.FirstOrDefault(model => WithoutDefaultTag(model.Name).Equals(WithoutDefaultTag(wanted), StringComparison.OrdinalIgnoreCase));
        return listed is not null ? (listed, true) : (await catalog.FindModelAsync(wanted, cancellationToken).ConfigureAwait(false), false);
    }

    private async ValueTask<ModelDescription?> DescribeAsync(ModelDescription outline, CancellationToken cancellationToken)
    {
        // A template or a parameter may change while the weights' file stays as it is: only the manifest's digest tells.
        StoredModel? stored = FindStored(outline.Name);
        outline = stored is null ? outline : outline with { Digest = stored.Digest };
        if (_known.TryGetValue(outline.Name, out CachedDescription? known) && known.IsOf(outline))
        {
            return WithManifest(known.Description, stored);
        }

        ModelDescription? description = await catalog!.FindModelAsync(outline.Name, cancellationToken).ConfigureAwait(false);
        if (description is null)
        {
            return null;
        }

        // One field of one route shows them.
        description = description with { Tensors = [] };
        _known[outline.Name] = new CachedDescription(outline, description);
        return WithManifest(description, stored);
    }

    private static ReadOnlySpan<char> WithoutDefaultTag(string name) =>
        name.EndsWith(DefaultTag, StringComparison.OrdinalIgnoreCase) ? name.AsSpan(0, name.Length - DefaultTag.Length) : name;
}
