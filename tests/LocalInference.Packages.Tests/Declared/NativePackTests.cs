using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;

namespace LocalInference.Packages.Tests.Declared;

public sealed class NativePackTests
{
    private const string PinnedVersion = "3.22.1";

    [Fact]
    public void Every_verified_pack_is_pinned_by_version_and_integrity_alone()
    {
        foreach (NativePack pack in NativePack.ReadVerifiedTable())
        {
            string name = "@node-llama-cpp/" + pack.Name;
            JsonNode manifest = Parse(pack.Name, "package.json");
            JsonNode locked = Parse(pack.Name, "package-lock.json")["packages"]!["node_modules/" + name]!;

            Assert.True(pack.Verified);
            Assert.Equal(PinnedVersion, (string?)manifest["dependencies"]![name]);
            Assert.Equal(PinnedVersion, (string?)locked["version"]);
            Assert.StartsWith("sha512-", (string?)locked["integrity"], StringComparison.Ordinal);
        }
    }

    [Fact]
    public void No_lock_file_says_where_a_package_comes_from()
    {
        string[] locks = Directory.GetFiles(NativePack.Folder, "package-lock.json", SearchOption.AllDirectories);

        // Beside the packs: the sources, and the headers that the layout table is made from.
        Assert.Equal(NativePack.ReadVerifiedTable().Count + 2, locks.Length);
        Assert.All(locks, file => Assert.DoesNotContain("\"resolved\"", File.ReadAllText(file), StringComparison.Ordinal));
    }

    [Fact]
    public void Unverified_packs_say_so_and_have_no_lock_file()
    {
        IReadOnlyList<NativePack> packs = NativePack.ReadUnverifiedTable();

        Assert.NotEmpty(packs);
        Assert.All(packs, pack =>
        {
            Assert.False(pack.Verified);
            Assert.False(Directory.Exists(Path.Combine(NativePack.Folder, pack.Name)));
        });
    }

    [Fact]
    public void No_platform_gets_two_packs_for_one_backend_unasked()
    {
        NativePack[] unasked = [.. NativePack.ReadVerifiedTable().Concat(NativePack.ReadUnverifiedTable()).Where(static pack => pack.Default)];

        Assert.Equal(unasked.Length, unasked.Select(static pack => pack.RuntimeIdentifier).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void The_bindings_package_depends_on_what_its_project_references_and_on_every_default_runtime()
    {
        string folder = Path.Combine(Repository.Root, "src", "LocalInference.Native");
        XDocument project = XDocument.Load(Path.Combine(folder, "LocalInference.Native.csproj"));
        IEnumerable<string> references = project.Descendants("PackageReference").Select(static reference => reference.Attribute("Include")!.Value)
            .Concat(project.Descendants("ProjectReference").Select(static reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value)));
        IEnumerable<string> runtimes = NativePack.ReadVerifiedTable().Where(static pack => pack.Default).Select(static pack => pack.Package!);

        IEnumerable<string> declared = XDocument.Load(Path.Combine(folder, "LocalInference.Native.nuspec")).Descendants()
            .Where(static element => element.Name.LocalName == "dependency").Select(static dependency => dependency.Attribute("id")!.Value);

        Assert.Equal(
            references.Concat(runtimes).Append("LocalInference.Worker").Order(StringComparer.Ordinal),
            declared.Order(StringComparer.Ordinal));
    }

    private static JsonNode Parse(string pack, string file)
    {
        using FileStream stream = File.OpenRead(Path.Combine(NativePack.Folder, pack, file));
        return JsonNode.Parse(stream) ?? throw new JsonException($"{pack}/{file} is empty.");
    }
}
