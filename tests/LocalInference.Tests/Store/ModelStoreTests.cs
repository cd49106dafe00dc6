using LocalInference.Abstractions;

namespace LocalInference.Tests.Store;

/// <summary>Models by name, and where their files lie.</summary>
public sealed class ModelStoreTests : IDisposable
{
    private readonly StoreFolder _folder = new();

    private ModelStore Store => _folder.Store;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_model_has_a_name_a_digest_and_what_its_file_says()
    {
        string path = _folder.WriteModel();

        await _folder.CreateAsync("Tiny:F32", $"FROM {path}");

        StoredModel model = Assert.Single(Store.List());
        Assert.Equal(("Tiny:F32", "gguf", "llama", "F32", false), (model.Name, model.Format, model.Family, model.Quantization, model.IsReadOnly));
        Assert.Equal(BlobDigest.Of(await File.ReadAllBytesAsync(Path.Combine(_folder.Manifests, "Tiny", "F32"))).Hex, model.Digest);
        Assert.InRange(model.ModifiedAt, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(1));
        Assert.True(model.SizeInBytes > new FileInfo(path).Length);
        Assert.Equal(model, Store.Find("tiny:f32"));
        Assert.Null(Store.Find("tiny"));
    }

    [Fact]
    public async Task The_files_lie_where_ollama_looks_for_them_and_are_private()
    {
        string path = _folder.WriteModel();

        await _folder.CreateAsync("someone/tiny", $"FROM {path}");

        string manifest = Path.Combine(_folder.Root, "manifests", "registry.ollama.ai", "someone", "tiny", "latest");
        string blob = Path.Combine(_folder.Blobs, BlobDigest.Of(await File.ReadAllBytesAsync(path)).FileName);
        Assert.Equal(await File.ReadAllBytesAsync(path), await File.ReadAllBytesAsync(blob));
        Assert.StartsWith("""{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json","config":{"mediaType":"application/vnd.docker.container.image.v1+json","digest":"sha256:""", await File.ReadAllTextAsync(manifest), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(manifest));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(blob));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder.Blobs));
        }
    }

    [Fact]
    public async Task A_store_that_ollama_wrote_is_read()
    {
        byte[] weights = await File.ReadAllBytesAsync(_folder.WriteModel());
        ManifestLayer model = _folder.WriteBlob(MediaTypes.Model, weights);
        ManifestLayer template = _folder.WriteBlob(MediaTypes.Template, "{{ .Prompt }}");
        ManifestLayer parameters = _folder.WriteBlob(MediaTypes.Parameters, """{"num_ctx":128,"seed":7,"stop":["<a>","<b>"],"temperature":0.25,"top_k":40.0,"unknown":{"a":1}}""");
        ManifestLayer config = _folder.WriteBlob(
            MediaTypes.Config,
            """{"model_format":"gguf","model_family":"llama","model_families":["llama"],"model_type":"1.2M","file_type":"Q4_K_M","architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]},"new":true}""");
        string Layer(ManifestLayer layer) => $$"""{"mediaType":"{{layer.MediaType}}","digest":"{{layer.Digest}}","size":{{layer.Size}}}""";
        _folder.WriteManifest("tiny", "latest", $$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.Manifest}}","config":{{Layer(config)}},"layers":[{{Layer(model)}},{{Layer(template)}},{{Layer(parameters)}}]}""");

        ModelLocation location = (await Store.FindAsync("TINY", default))!;

        Assert.Equal(("tiny:latest", Path.Combine(_folder.Blobs, model.Digest.FileName)), (location.Name, location.Path));
        Assert.Equal((0.25f, 40, 7u), (location.Sampling.Temperature, location.Sampling.TopK, location.Sampling.Seed));
        Assert.Equal(128, location.Options.ContextLength);
        Assert.Equal(
            $"FROM {location.Path}\nTEMPLATE {{{{ .Prompt }}}}\nPARAMETER num_ctx 128\nPARAMETER seed 7\nPARAMETER stop <a>\nPARAMETER stop <b>\nPARAMETER temperature 0.25\nPARAMETER top_k 40\n",
            Store.GetModelfile("tiny").Print());
        Assert.Equal(("1.2M", "Q4_K_M"), (Store.Find("tiny")!.ParameterSize, Store.Find("tiny")!.Quantization));
    }

    [Fact]
    public async Task A_copy_shares_the_files_and_the_last_model_takes_them_along()
    {
        await _folder.CreateAsync("one", $"FROM {_folder.WriteModel()}\nSYSTEM one");
        string[] blobs = _folder.BlobNames();

        await Store.CopyAsync("one", "other/two:x");

        Assert.Equal(blobs, _folder.BlobNames());
        Assert.Equal(Store.Find("one")!.Digest, Store.Find("other/two:x")!.Digest);
        Store.Remove("ONE");
        Assert.Equal(blobs, _folder.BlobNames());
        Assert.Equal("other/two:x", Assert.Single(Store.List()).Name);
        Store.Remove("other/two:x");
        Assert.Empty(_folder.BlobNames());
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(_folder.Root, "manifests")));
    }

    [Fact]
    public async Task Names_that_are_not_there_are_errors_that_name_those_that_are()
    {
        await _folder.CreateAsync("one", $"FROM {_folder.WriteModel()}");

        Assert.Contains("one:latest", Assert.Throws<ModelNotFoundException>(() => Store.Remove("two")).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ModelNotFoundException>(() => Store.CopyAsync("two", "three"));
        await Assert.ThrowsAsync<StoreException>(() => Store.CopyAsync("one", "../three"));
        Assert.Throws<ModelNotFoundException>(() => Store.GetModelfile("two"));
        Assert.Null(await Store.FindAsync("/models/one.gguf", default));
    }

    [Fact]
    public async Task Looking_up_a_name_reads_no_manifest_twice()
    {
        for (int i = 0; i < 5; i++)
        {
            await _folder.CreateAsync($"m{i}", $"FROM {_folder.WriteModel()}");
        }

        ModelStore store = _folder.Open();
        for (int i = 0; i < 100; i++)
        {
            Assert.NotNull(await store.FindAsync($"m{i % 5}", default));
        }

        Assert.Equal(5, store.Own.Reads);
        await store.CopyAsync("m1", "m6");
        Assert.Equal(6, store.List().Count);
        Assert.Equal(6, store.Own.Reads);
    }

    [Fact]
    public async Task A_folder_that_is_only_read_is_never_changed()
    {
        await _folder.CreateAsync("theirs", $"FROM {_folder.WriteModel()}");
        using ModelStore store = ModelStore.Open(new ModelStoreOptions { Directory = Path.Combine(_folder.Folder, "own"), ReadOnlyDirectories = [_folder.Root] });
        string[] before = [.. Directory.GetFileSystemEntries(_folder.Root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

        Assert.True(Assert.Single(store.List()).IsReadOnly);
        Assert.Equal("store_read_only", Assert.Throws<StoreException>(() => store.Remove("theirs")).Code);
        await store.CopyAsync("theirs", "ours");
        await store.CreateAsync("theirs", Modelfile.Parse("FROM theirs\nSYSTEM mine"), new CreateOptions { Folder = _folder.Folder });
        Assert.All(store.List(), static model => Assert.False(model.IsReadOnly));
        store.Remove("theirs");
        Assert.True(store.Find("theirs")!.IsReadOnly);
        store.Prune();

        Assert.Equal(before, Directory.GetFileSystemEntries(_folder.Root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal), StringComparer.Ordinal);
        Assert.Empty(await store.VerifyAsync());
    }

    [Fact]
    public async Task Links_below_the_manifests_are_not_followed()
    {
        await _folder.CreateAsync("one", $"FROM {_folder.WriteModel()}");
        string outside = Directory.CreateDirectory(Path.Combine(_folder.Folder, "outside")).FullName;
        File.Copy(Path.Combine(_folder.Manifests, "one", "latest"), Path.Combine(outside, "latest"));
        Directory.CreateSymbolicLink(Path.Combine(_folder.Manifests, "link"), outside);
        File.CreateSymbolicLink(Path.Combine(_folder.Manifests, "one", "linked"), Path.Combine(outside, "latest"));
        ModelStore store = _folder.Open();

        Assert.Equal("one:latest", Assert.Single(store.List()).Name);
        Assert.Null(store.Find("link"));
        await Assert.ThrowsAsync<StoreException>(() => store.CopyAsync("one", "link:new"));
        await Assert.ThrowsAsync<StoreException>(() => store.CopyAsync("one", "one:linked"));
        Assert.Equal(["latest"], Directory.GetFiles(outside).Select(Path.GetFileName), StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_host_loads_models_by_their_names_with_their_parameters()
    {
        await _folder.CreateAsync("tiny", $"FROM {_folder.WriteModel()}\nPARAMETER temperature 0.25\nPARAMETER num_ctx 64\nPARAMETER num_thread 1\nPARAMETER num_gpu 0");
        await using ModelHost host = new(Store);

        using (HostedModel model = await host.AcquireAsync("TINY", keepAlive: null, contextLength: null))
        {
            Assert.Equal(64, model.Model.ContextLength);
        }

        ModelDescription description = (await host.FindModelAsync("tiny:latest"))!;
        Assert.Equal(0.25f, description.Sampling.Temperature);
        await Assert.ThrowsAsync<ModelNotFoundException>(async () => await host.AcquireAsync("large", null, null));
    }

    [Fact]
    public void The_folder_is_where_the_environment_says()
    {
        Dictionary<string, string?> environment = [];
        string Own(ModelStoreOptions options) => (options with { Variables = environment.GetValueOrDefault }).ToRoots("/home/me")[0].Folder;

        Assert.Equal(Path.GetFullPath("/home/me/.localinference/models"), Own(new()));
        environment["OLLAMA_MODELS"] = "/ollama";
        Assert.Equal(Path.GetFullPath("/ollama"), Own(new()));
        environment["LOCALINFERENCE_MODELS"] = "/ours";
        Assert.Equal(Path.GetFullPath("/ours"), Own(new()));
        Assert.Equal(Path.GetFullPath("/said"), Own(new() { Directory = "/said" }));
        Assert.Equal([true, false], new ModelStoreOptions { Variables = environment.GetValueOrDefault }.ToRoots("/home/me").Select(static root => root.IsWritable));
        Assert.Single(new ModelStoreOptions { Directory = "/home/me/.ollama/models", Variables = environment.GetValueOrDefault }.ToRoots("/home/me"));
    }
}
