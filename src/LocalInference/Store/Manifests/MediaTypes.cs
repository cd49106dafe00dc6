namespace LocalInference;

/// <summary>What the parts of a model are called in its manifest.</summary>
internal static class MediaTypes
{
    public const string Manifest = "application/vnd.docker.distribution.manifest.v2+json";
    public const string OciManifest = "application/vnd.oci.image.manifest.v1+json";
    public const string Config = "application/vnd.docker.container.image.v1+json";

    public const string Model = Prefix + "model";
    public const string Projector = Prefix + "projector";
    public const string Adapter = Prefix + "adapter";
    public const string Draft = Prefix + "draft";
    public const string Template = Prefix + "template";
    public const string System = Prefix + "system";
    public const string Parameters = Prefix + "params";
    public const string Messages = Prefix + "messages";
    public const string License = Prefix + "license";

    private const string Prefix = "application/vnd.ollama.image.";
}
