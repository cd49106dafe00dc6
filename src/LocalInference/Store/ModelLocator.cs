using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>Says how a stored model is loaded.</summary>
internal static class ModelLocator
{
    /// <summary>Why it cannot be used, as far as that is told without reading its weights; <see langword="null"/>: it can be.</summary>
    public static StoreException? FindFault(IndexedModel entry)
    {
        try
        {
            entry.RequireComplete();
            _ = Locate(entry, SamplingOverrides.None);
            return null;
        }
        catch (StoreException e)
        {
            return e;
        }
    }

    /// <summary>How it is loaded and used.</summary>
    /// <param name="entry">The model.</param>
    /// <param name="recommended">What its makers recommend, where it does not say itself.</param>
    /// <exception cref="StoreException">It has no weights in GGUF, or asks for more than there is.</exception>
    public static ModelLocation Locate(IndexedModel entry, SamplingOverrides recommended)
    {
        RequiredVersion.Check(entry.Name.ToString(), entry.Config.Requires);
        ModelParameters parameters = entry.Parameters;
        SamplingOverrides sampling = parameters.ToSampling();
        string? draft = entry.Manifest.OfType(MediaTypes.Draft).Select(layer => entry.Root.BlobPath(layer.Digest)).FirstOrDefault();
        return new ModelLocation(entry.Name.ToString(), WeightsPath(entry))
        {
            Sampling = sampling with
            {
                // All that a catalogue can say.
                Temperature = sampling.Temperature ?? recommended.Temperature,
                TopK = sampling.TopK ?? recommended.TopK,
                TopP = sampling.TopP ?? recommended.TopP,
                MinP = sampling.MinP ?? recommended.MinP,
            },
            Defaults = entry.Defaults,
            Options = parameters.ToOptions() with
            {
                Adapters = [.. entry.Manifest.OfType(MediaTypes.Adapter).Select(layer => new AdapterFile(entry.Root.BlobPath(layer.Digest)))],
                DraftModelPath = draft,
                Speculation = draft is null ? SpeculationMode.Off : SpeculationMode.DraftModel,
            },
        };
    }

    /// <summary>The path of the weights.</summary>
    /// <exception cref="StoreException">It has none in GGUF.</exception>
    public static string WeightsPath(IndexedModel entry) =>
        entry.Manifest.OfType(MediaTypes.Model).FirstOrDefault() is { } weights
            ? entry.Root.BlobPath(weights.Digest)
            : throw ExceptionFactory.StoreFailed($"'{entry.Name}' cannot be used", "it has no weights in GGUF", "Pull or create it from a GGUF file.");
}
