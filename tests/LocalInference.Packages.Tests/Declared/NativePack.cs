using System.Xml.Linq;

namespace LocalInference.Packages.Tests.Declared;

/// <summary>One line of the table of native packs.</summary>
internal sealed record NativePack(string Name, string RuntimeIdentifier, string Backend, bool Default, bool Verified, string? Package)
{
    public static string Folder => Path.Combine(Repository.Root, "native");

    public static IReadOnlyList<NativePack> ReadVerifiedTable() => Read(Path.Combine(Folder, "NativePacks.props"));

    public static IReadOnlyList<NativePack> ReadUnverifiedTable() => Read(Path.Combine(Folder, "unverified", "NativePacks.Unverified.props"));

    private static NativePack[] Read(string path) =>
        [.. XDocument.Load(path).Descendants("LocalInferenceNativePack").Select(static pack => new NativePack(
            pack.Attribute("Include")!.Value,
            pack.Attribute("Rid")!.Value,
            pack.Attribute("Backend")!.Value,
            (bool)pack.Attribute("Default")!,
            (bool)pack.Attribute("Verified")!,
            pack.Attribute("Package")?.Value))];
}
