using LocalInference.Abstractions;

namespace LocalInference.Server.Catalog;

/// <summary>A description, and what the catalog's list said when it was read.</summary>
internal sealed record CachedDescription(ModelDescription Outline, ModelDescription Description)
{
    public bool IsOf(ModelDescription outline) =>
        outline.SizeInBytes == Outline.SizeInBytes && outline.ModifiedAt == Outline.ModifiedAt && outline.Digest == Outline.Digest;
}
