using LocalInference.Gguf;

namespace LocalInference.Robustness.Tests.Mutations;

/// <summary>Keys that the model lacks, and architectures that it is not.</summary>
internal static class ArchitectureEdits
{
    public static IEnumerable<ModelEdit> AddedKeys(ModelImage model)
    {
        foreach (string name in KnownNames.Keys)
        {
            string key = $"{model.Architecture}.{name}";
            if (model.Metadata.ContainsKey(key))
            {
                continue;
            }

            foreach (GgufValue value in (GgufValue[])[.. MetadataEdits.Counts(2), GgufValue.From(0f), GgufValue.From(-1f), GgufValue.From(float.NaN), GgufValue.From(1e30f), GgufValue.From(false), GgufValue.From("yarn"), GgufValue.From("longrope")])
            {
                yield return MetadataEdits.Set(key, value);
            }
        }
    }

    public static IEnumerable<ModelEdit> Others(ModelImage model)
    {
        foreach (string name in KnownNames.Architectures)
        {
            yield return new($"architecture {name}, keys left", image => image.With(metadata => metadata.Set("general.architecture", name)));
            yield return new($"architecture {name}", image => Rename(image, name));
        }
    }

    private static ModelImage Rename(ModelImage image, string name)
    {
        string prefix = $"{image.Architecture}.";
        return image.With(metadata =>
        {
            foreach (KeyValuePair<string, GgufValue> pair in image.Metadata.Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal)))
            {
                metadata.Remove(pair.Key).Set($"{name}.{pair.Key[prefix.Length..]}", pair.Value);
            }

            // Enough for the parts that read more than a plain transformer's keys to get further.
            metadata.Set("general.architecture", name).Set($"{name}.attention.layer_norm_epsilon", 1e-5f).Set($"{name}.attention.layer_norm_rms_epsilon", 1e-5f);
        });
    }
}
