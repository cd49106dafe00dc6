using LocalInference.Abstractions;
using LocalInference.TestModels;

namespace LocalInference.Tests.Store;

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
        await SeeAsync(() => store.List().Count == 1 && told.Count >= 2);
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
    public async Task What_another_process_changes_is_seen()
    {
        ModelStore other = _folder.Open();
        Assert.Empty(other.List());
        await _folder.CreateAsync("one", $"FROM {_folder.WriteModel()}");
        await SeeAsync(() => other.Find("one") is not null);

        await _folder.CreateAsync("one", $"FROM one\nSYSTEM changed");
        await SeeAsync(() => other.Find("one")!.Digest == Store.Find("one")!.Digest);

        Store.Remove("one");
        await SeeAsync(() => other.List().Count == 0);
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
    public async Task Blobs_that_nobody_needs_go_after_an_hour_and_never_while_one_adds()
    {
        await _folder.CreateAsync("one", $"FROM {_folder.WriteModel()}");
        ManifestLayer fresh = _folder.WriteBlob(MediaTypes.Model, "fresh");
        ManifestLayer old = _folder.WriteBlob(MediaTypes.Model, "old");
        string left = Path.Combine(_folder.Blobs, ".left");
        await File.WriteAllTextAsync(left, "left");
        File.SetLastWriteTimeUtc(Path.Combine(_folder.Blobs, old.Digest.FileName), DateTime.UtcNow.AddHours(-2));
        using (await StoreLock.TakeSharedAsync(Store.Own.Root, default))
        {
            Assert.Equal(0, Store.Prune());
        }

        Assert.Equal("old".Length + "left".Length, Store.Prune());
        Assert.Contains(fresh.Digest.FileName, _folder.BlobNames(), StringComparer.Ordinal);
        Assert.DoesNotContain(old.Digest.FileName, _folder.BlobNames(), StringComparer.Ordinal);
        Assert.False(File.Exists(left));
        Assert.Empty(await Store.VerifyAsync());
        Assert.NotNull(Store.Find("one"));
    }

    [Fact]
    public async Task A_blob_that_is_asked_for_stays_for_who_makes_a_model_of_it()
    {
        await _folder.CreateAsync("one", $"FROM {_folder.WriteModel()}");
        string weights = (await Store.FindAsync("one", default))!.Path;
        ManifestLayer sent = _folder.WriteBlob(MediaTypes.Model, "sent");
        string blob = Path.Combine(_folder.Blobs, sent.Digest.FileName);
        DateTime old = DateTime.UtcNow.AddHours(-2);

        File.SetLastWriteTimeUtc(blob, old);
        Assert.True(Store.HasBlob(sent.Digest.ToString()));
        Assert.Equal(0, Store.Prune());
        File.SetLastWriteTimeUtc(blob, old);
        Assert.False(await Store.AddBlobAsync(sent.Digest.ToString(), Stream.Null));
        Assert.Equal(0, Store.Prune());

        // A loaded model's file would pass for another one.
        File.SetLastWriteTimeUtc(weights, old);
        DateTime before = File.GetLastWriteTimeUtc(weights);
        Assert.True(Store.HasBlob(BlobDigest.Of(await File.ReadAllBytesAsync(weights)).ToString()));
        Assert.Equal(before, File.GetLastWriteTimeUtc(weights));
    }

    [Fact]
    public async Task What_cannot_be_opened_is_an_error_and_not_waited_for()
    {
        // A link to itself leads nowhere (ELOOP), which nobody else can end.
        ManifestLayer layer = _folder.WriteBlob(MediaTypes.Model, "x");
        string part = Path.Combine(_folder.Blobs, $".{layer.Digest.FileName}.part");
        File.CreateSymbolicLink(part, part);
        Assert.Equal("store_failed", Assert.Throws<StoreException>(() => DownloadFile.TryOpen(Store.Own.Root, layer, chunkBytes: 1)).Code);

        File.CreateSymbolicLink(Store.Own.Root.LockFile, Store.Own.Root.LockFile);
        Assert.Equal("store_failed", (await Assert.ThrowsAsync<StoreException>(() => StoreLock.TakeSharedAsync(Store.Own.Root, default).WaitAsync(TimeSpan.FromMinutes(1)))).Code);
        Assert.Throws<StoreException>(() => Store.Prune());
    }

    [Fact]
    public async Task Who_has_a_file_is_waited_for()
    {
        using (await StoreLock.TakeSharedAsync(Store.Own.Root, default))
        {
            Assert.Null(StoreLock.TryTakeAlone(Store.Own.Root));
        }

        using StoreLock alone = StoreLock.TryTakeAlone(Store.Own.Root)!;
        using CancellationTokenSource patience = new(TimeSpan.FromMilliseconds(50));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => StoreLock.TakeSharedAsync(Store.Own.Root, patience.Token));
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
    public async Task Many_who_change_a_store_at_once_leave_it_whole()
    {
        string[] files = [_folder.WriteModel("a.gguf", 1), _folder.WriteModel("b.gguf", 2)];
        string[] names = ["one", "two", "three"];
        DateTime end = DateTime.UtcNow.AddSeconds(4);
        int created = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(index => Task.Run(async () =>
        {
            SplitMix64 dice = new((ulong)index);
            ModelStore store = OpenOne();
            while (DateTime.UtcNow < end)
            {
                string name = names[dice.Below(names.Length)];
                try
                {
                    switch (dice.Below(4))
                    {
                        case 0:
                            await store.CreateAsync(name, Modelfile.Parse($"FROM {files[dice.Below(2)]}\nSYSTEM {dice.Below(3)}"), new CreateOptions { Folder = _folder.Folder });
                            Interlocked.Increment(ref created);
                            break;
                        case 1:
                            store.Remove(name);
                            break;
                        case 2:
                            await store.CopyAsync(name, names[dice.Below(names.Length)]);
                            break;
                        default:
                            store.Prune();
                            break;
                    }
                }
                catch (Exception e) when (e is ModelNotFoundException or StoreException { Code: "model_incomplete" or "store_failed" or "manifest_damaged" })
                {
                    // Another one was faster. What it may not do is leave a broken store.
                }
            }
        })));

        Assert.InRange(created, 4, int.MaxValue);
        Assert.Empty(await _folder.Open().VerifyAsync());
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

    private static async Task SeeAsync(Func<bool> condition)
    {
        for (int i = 0; i < 500; i++)
        {
            try
            {
                if (condition())
                {
                    return;
                }
            }
            catch (StoreException)
            {
                // Seen half way: its blobs are there before its manifest, and gone after it.
            }

            await Task.Delay(20);
        }

        Assert.Fail("The change was not seen.");
    }

    private ModelStore OpenOne()
    {
        lock (_folder)
        {
            return _folder.Open();
        }
    }
}
