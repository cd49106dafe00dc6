namespace LocalInference.Packages.Tests.Published;

/// <summary>A test over what publish.sh leaves; skipped where it did not run, unless this is CI.</summary>
internal sealed class PublishedFactAttribute : FactAttribute
{
    public PublishedFactAttribute() => Skip = Publication.Missing;
}
