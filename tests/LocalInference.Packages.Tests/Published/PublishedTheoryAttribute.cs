namespace LocalInference.Packages.Tests.Published;

/// <summary>A theory over what publish.sh leaves; skipped where it did not run, unless this is CI.</summary>
internal sealed class PublishedTheoryAttribute : TheoryAttribute
{
    public PublishedTheoryAttribute() => Skip = Publication.Missing;
}
