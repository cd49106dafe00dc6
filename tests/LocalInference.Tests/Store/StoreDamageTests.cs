using LocalInference.Abstractions;

namespace LocalInference.Tests.Store;

/// <summary>Manifests, configurations and weights that are damaged hide their own models alone.</summary>
public sealed class StoreDamageTests : IDisposable
{
    private readonly StoreFolder _folder = new();

    private ModelStore Store => _folder.Store;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_model_that_is_not_whole_is_not_listed_and_says_so()
    {
        await _folder.CreateAsync("one", $"FROM {_folder.WriteModel()}");
        string weights = (await Store.FindAsync("one", default))!.Path;
        using (FileStream file = new(weights, FileMode.Open))
        {
            file.SetLength(file.Length - 1);
        }

        Assert.Empty(Store.List());
        Assert.Empty(await Store.ListAsync(default));
        Assert.Equal("model_incomplete", Assert.Throws<StoreException>(() => Store.Find("one")).Code);
        Assert.Equal("model_incomplete", (await Assert.ThrowsAsync<StoreException>(async () => await Store.FindAsync("one", default))).Code);
        Assert.Equal("model_incomplete", (await Assert.ThrowsAsync<StoreException>(() => Store.CopyAsync("one", "two"))).Code);
        Assert.Contains(await Store.VerifyAsync(), static fault => fault.Model == "one:latest");
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("""{"schemaVersion":2,"config":{"mediaType":"a","digest":"sha256:../../x","size":1},"layers":[]}""")]
    [InlineData("""{"schemaVersion":1,"config":{"mediaType":"a","digest":"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef","size":1},"layers":[]}""")]
    [InlineData("""{"schemaVersion":2,"config":{"mediaType":"a","digest":"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef","size":-1},"layers":[]}""")]
    [InlineData("""{"schemaVersion":2,"config":{"mediaType":"a","digest":"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef","size":1},"layers":null}""")]
    public async Task A_damaged_manifest_hides_its_model_alone_and_keeps_all_blobs(string json)
    {
        await _folder.CreateAsync("good", $"FROM {_folder.WriteModel()}");
        _folder.WriteManifest("bad", "latest", json);
        ModelStore store = _folder.Open();

        Assert.Equal("good:latest", Assert.Single(store.List()).Name);
        Assert.Equal("manifest_damaged", Assert.Throws<StoreException>(() => store.Find("bad")).Code);
        Assert.Equal("bad:latest", Assert.Single(await store.VerifyAsync()).Model);

        // What it needs nobody knows.
        store.Remove("good");
        Assert.NotEmpty(_folder.BlobNames());
        store.Remove("bad");
        Assert.Empty(store.List());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[1]")]
    [InlineData("""{"model_format":1}""")]
    public async Task A_damaged_configuration_hides_its_model_alone_and_is_told_once(string json)
    {
        await _folder.CreateAsync("good", $"FROM {_folder.WriteModel()}");
        ManifestLayer config = _folder.WriteBlob(MediaTypes.Config, json);
        ManifestLayer weights = _folder.WriteBlob(MediaTypes.Model, "weights");
        string Layer(ManifestLayer layer) => $$"""{"mediaType":"{{layer.MediaType}}","digest":"{{layer.Digest}}","size":{{layer.Size}}}""";
        string manifest = $$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.Manifest}}","config":{{Layer(config)}},"layers":[{{Layer(weights)}}]}""";
        string path = _folder.WriteManifest("bad", "latest", manifest);
        ModelStore store = _folder.Open();
        List<(string Name, string Code)> told = [];
        store.LeftOut = (name, fault) => told.Add((name, fault.Code));

        Assert.Equal("good:latest", Assert.Single(store.List()).Name);
        Assert.Equal("good:latest", Assert.Single(await store.ListAsync(default)).Name);
        Assert.Equal(("bad:latest", "manifest_damaged"), Assert.Single(told));
        Assert.Equal("manifest_damaged", Assert.Throws<StoreException>(() => store.Find("bad")).Code);

        // Another manifest in its place is another model.
        await File.WriteAllTextAsync(path, manifest + " ");
        await StoreFolder.SeeAsync(() => store.List().Count == 1 && told.Count >= 2);
        store.Remove("bad");
        Assert.Null(store.Find("bad"));
    }

    [Fact]
    public async Task What_is_cut_off_or_changed_hides_its_model_alone()
    {
        await _folder.CreateAsync("good", $"FROM {_folder.WriteModel()}");
        await _folder.CreateAsync("cut", "FROM good\nSYSTEM one");
        await _folder.CreateAsync("changed", "FROM good\nSYSTEM two");
        string Configuration(string name) => Path.Combine(_folder.Blobs, Store.FindEntry(ModelName.Parse(name))!.Manifest.Config.Digest.FileName);
        await File.WriteAllTextAsync(Configuration("cut"), "{");
        await File.WriteAllTextAsync(Configuration("changed"), "{".PadRight((int)new FileInfo(Configuration("changed")).Length));
        ModelStore store = _folder.Open();
        Dictionary<string, string> told = new(StringComparer.Ordinal);
        store.LeftOut = (name, fault) => told.Add(name, fault.Code);

        Assert.Equal("good:latest", Assert.Single(await store.ListAsync(default)).Name);
        Assert.Equal("good:latest", Assert.Single(store.List()).Name);

        Assert.Equal(("model_incomplete", "digest_mismatch"), (told["cut:latest"], told["changed:latest"]));
        Assert.Equal(2, told.Count);
    }

    [Fact]
    public async Task Verification_finds_one_changed_bit()
    {
        await _folder.CreateAsync("one", $"FROM {_folder.WriteModel()}");
        Assert.Empty(await Store.VerifyAsync());
        string weights = (await Store.FindAsync("one", default))!.Path;
        byte[] content = await File.ReadAllBytesAsync(weights);
        content[^9] ^= 4;
        await File.WriteAllBytesAsync(weights, content);

        StoreFault fault = Assert.Single(await Store.VerifyAsync());

        Assert.Equal("one:latest", fault.Model);
        Assert.Contains(Path.GetFileName(weights)[7..], fault.Problem, StringComparison.Ordinal);
    }
}
