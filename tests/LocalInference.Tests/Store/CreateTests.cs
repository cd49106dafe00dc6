using LocalInference.Abstractions;
using LocalInference.Gguf;
using LocalInference.TestModels;
using LocalInference.Tests.Conversion;
using LocalInference.Tests.Store.Pulling;

namespace LocalInference.Tests.Store;

[Collection(ModelTests.Name)]
public sealed class CreateTests : IDisposable
{
    private readonly StoreFolder _folder = new();

    private ModelStore Store => _folder.Store;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task All_that_a_modelfile_says_is_in_the_model_and_comes_back()
    {
        string model = _folder.WriteModel();
        TestAdapter.Write(Path.Combine(_folder.Folder, "lora.gguf"), TestModelSpec.Llama, seed: 3);
        const string Recipe = "TEMPLATE {{ .Prompt }}\nSYSTEM \"\"\"Be\nbrief.\"\"\"\nRENDERER qwen3\nPARSER qwen3\nREQUIRES 0.14.0\nPARAMETER stop <a>\nPARAMETER stop <b>\nPARAMETER temperature 0.5\nLICENSE MIT\nLICENSE Apache\nMESSAGE user hi\nMESSAGE assistant ho\n";

        await _folder.CreateAsync("tiny", $"FROM model.gguf\nADAPTER ./lora.gguf\nDRAFT {model}\n{Recipe}");

        Modelfile made = Store.GetModelfile("tiny");
        Assert.Equal([ModelfileKeyword.From, ModelfileKeyword.Adapter, ModelfileKeyword.Draft], made.Instructions.Take(3).Select(static i => i.Keyword));
        Assert.EndsWith(Recipe, made.Print(), StringComparison.Ordinal);
        Assert.Equal(await File.ReadAllBytesAsync(model), await File.ReadAllBytesAsync(made.Instructions[0].Value));
        ModelLocation location = (await Store.FindAsync("tiny", default))!;
        Assert.Equal(made.Instructions[1].Value, Assert.Single(location.Options.Adapters).Path);
        Assert.Equal((made.Instructions[2].Value, SpeculationMode.DraftModel), (location.Options.DraftModelPath, location.Options.Speculation));
        await using LocalModel loaded = await LocalModel.LoadAsync(location.Path, location.Options with { ContextLength = 64, Threads = 1, GpuLayers = 0 });
        Assert.Equal(64, loaded.ContextLength);
    }

    [Fact]
    public async Task A_model_made_from_its_own_modelfile_has_the_same_layers()
    {
        _folder.WriteModel();
        await _folder.CreateAsync("one", "FROM model.gguf\nTEMPLATE {{ .Prompt }}\nPARAMETER top_k 3\nMESSAGE user hi");

        await _folder.CreateAsync("two", Store.GetModelfile("one").Print());

        Assert.Equal(Layers("one"), Layers("two"));
    }

    [Fact]
    public async Task A_model_made_from_another_changes_what_it_says_and_keeps_the_rest()
    {
        _folder.WriteModel();
        await _folder.CreateAsync("one", "FROM model.gguf\nTEMPLATE a\nSYSTEM b\nPARAMETER top_k 3\nPARAMETER temperature 0.5\nLICENSE MIT\nPARSER qwen3");

        await _folder.CreateAsync("two", "FROM one\nSYSTEM \"\"\nTEMPLATE c\nPARAMETER top_k 4\nLICENSE Apache");

        string text = Store.GetModelfile("two").Print();
        Assert.EndsWith("TEMPLATE c\nPARSER qwen3\nPARAMETER temperature 0.5\nPARAMETER top_k 4\nLICENSE MIT\nLICENSE Apache\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("SYSTEM", text, StringComparison.Ordinal);
        Assert.Equal("llama", Store.Find("two")!.Family);
        Assert.All(Store.FindEntry(ModelName.Parse("two"))!.Manifest.OfType(MediaTypes.Model), static layer => Assert.Equal("one:latest", layer.From));
    }

    [Fact]
    public async Task A_model_that_replaces_another_takes_its_files_away()
    {
        _folder.WriteModel("a.gguf", 1);
        _folder.WriteModel("b.gguf", 2);
        await _folder.CreateAsync("one", "FROM a.gguf\nSYSTEM a");
        int blobs = _folder.BlobNames().Length;

        await _folder.CreateAsync("ONE", "FROM b.gguf\nSYSTEM b");

        Assert.Equal(blobs, _folder.BlobNames().Length);
        Assert.Equal("one:latest", Assert.Single(Store.List()).Name);
        Assert.Contains("SYSTEM b", Store.GetModelfile("one").Print(), StringComparison.Ordinal);
        Assert.Empty(await Store.VerifyAsync());
    }

    [Fact]
    public async Task The_parts_of_a_split_model_become_one_file()
    {
        using (GgufFile file = GgufFile.Open(_folder.WriteModel()))
        {
            Directory.CreateDirectory(Path.Combine(_folder.Folder, "parts"));
            Assert.InRange(GgufSplit.Write(file, Path.Combine(_folder.Folder, "parts", "m"), file.FileLength / 3).Count, 2, 100);
        }

        await _folder.CreateAsync("split", "FROM ./parts");

        using GgufFile merged = GgufFile.Open((await Store.FindAsync("split", default))!.Path);
        using GgufFile whole = GgufFile.Open(Path.Combine(_folder.Folder, "model.gguf"));
        Assert.Equal(whole.Tensors.Select(static t => (t.Name, t.ByteLength)).Order(), merged.Tensors.Select(static t => (t.Name, t.ByteLength)).Order());
        Assert.Empty(await Store.VerifyAsync());
    }

    [Fact]
    public async Task A_folder_of_transformers_becomes_a_model_and_its_adapter_of_peft_as_well()
    {
        string model = _folder.WriteModel();
        HuggingFaceFolder.Write(Path.Combine(_folder.Folder, "hf"), model, TestModelSpec.Llama, shards: 2);
        string lora = Path.Combine(_folder.Folder, "lora.gguf");
        TestAdapter.Write(lora, TestModelSpec.Llama, seed: 3);
        await PeftAdapter.ToPeftAsync(lora, model, Path.Combine(_folder.Folder, "peft"));

        await _folder.CreateAsync("tiny", "FROM ./hf\nADAPTER ./peft\nSYSTEM a");

        ModelLocation location = (await Store.FindAsync("tiny", default))!;
        int[] tokens = Prompts.Of(1, 40);
        Assert.InRange(
            ModelLogits.Distance(ModelLogits.Of(model, tokens, (lora, 1)), ModelLogits.Of(location.Path, tokens, (Assert.Single(location.Options.Adapters).Path, 1))), 0, 1e-3);
        StoredModel made = Store.Find("tiny")!;
        Assert.Equal(("gguf", "llama", "F32"), (made.Format, made.Family, made.Quantization));
        Assert.Empty(await Store.VerifyAsync());
        Assert.DoesNotContain(_folder.BlobNames(), static name => name.StartsWith('.'));
    }

    [Theory]
    [InlineData("hf", "Q8_0", "Q8_0")]
    [InlineData("model.gguf", "q4_k_m", "Q4_K_M")]
    [InlineData("model.gguf", "f16", "F16")]
    [InlineData("stored", "Q5_K", "Q5_K_M")]
    public async Task Weights_are_stored_as_asked_whatever_they_come_from(string source, string asked, string quantization)
    {
        string model = _folder.WriteModel();
        HuggingFaceFolder.Write(Path.Combine(_folder.Folder, "hf"), model, TestModelSpec.Llama);
        await _folder.CreateAsync("stored", "FROM model.gguf\nSYSTEM kept");
        List<string> statuses = [];

        await Store.CreateAsync("small", Modelfile.Parse($"FROM {source}"), new CreateOptions { Folder = _folder.Folder, Quantization = asked }, new Listener(statuses));

        Assert.Equal(quantization, Store.Find("small")!.Quantization);
        Assert.True(Store.Find("small")!.SizeInBytes < Store.Find("stored")!.SizeInBytes);
        Assert.Contains(source == "hf" ? "converting model" : $"quantizing F32 model to {quantization}", statuses, StringComparer.Ordinal);
        Assert.Equal(source == "stored", Store.GetModelfile("small").Print().Contains("SYSTEM kept", StringComparison.Ordinal));
        Assert.Equal(64, await ContextLengthAsync("small"));
        Assert.Empty(await Store.VerifyAsync());
        Assert.DoesNotContain(_folder.BlobNames(), static name => name.StartsWith('.'));
    }

    [Fact]
    public async Task A_model_of_the_store_drafts_for_another()
    {
        _folder.WriteModel();
        await _folder.CreateAsync("small", "FROM model.gguf");

        await _folder.CreateAsync("large", "FROM model.gguf\nDRAFT small");

        Assert.Equal((await Store.FindAsync("small", default))!.Path, (await Store.FindAsync("large", default))!.Options.DraftModelPath);
        Assert.Equal(64, await ContextLengthAsync("large"));
    }

    [Fact]
    public async Task What_is_stored_as_asked_already_is_taken_as_it_is()
    {
        _folder.WriteModel();
        await _folder.CreateAsync("one", "FROM model.gguf");

        await Store.CreateAsync("two", Modelfile.Parse("FROM one"), new CreateOptions { Quantization = "F32" });

        Assert.Equal(Layers("one"), Layers("two"));
    }

    [Theory]
    [InlineData("model.gguf", "Q9", "invalid_option")]
    [InlineData("model.gguf", "IQ1_S", "imatrix_missing")]
    [InlineData("broken", null, "conversion_unsupported")]
    public async Task What_cannot_be_converted_is_an_error_and_leaves_nothing(string source, string? quantization, string code)
    {
        HuggingFaceFolder.Write(Path.Combine(_folder.Folder, "broken"), _folder.WriteModel(), TestModelSpec.Llama, change: static config => config["hidden_size"] = 0);

        LocalInferenceException e = await Assert.ThrowsAnyAsync<LocalInferenceException>(
            () => Store.CreateAsync("bad", Modelfile.Parse($"FROM {source}"), new CreateOptions { Folder = _folder.Folder, Quantization = quantization }));

        Assert.Equal(code, e.Code);
        Assert.Empty(Store.List());
        Assert.Empty(_folder.BlobNames());
    }

    [Theory]
    [InlineData("FROM nothing", "host_not_allowed")]
    [InlineData("FROM nothing.gguf", "model_not_found")]
    [InlineData("FROM ./nothing.gguf", "model_not_found")]
    [InlineData("FROM text.txt", "store_failed")]
    [InlineData("FROM empty", "store_failed")]
    [InlineData("FROM lora.gguf", "store_failed")]
    [InlineData("FROM model.gguf\nADAPTER model.gguf", "store_failed")]
    [InlineData("FROM model.gguf\nADAPTER none.gguf", "model_not_found")]
    [InlineData("FROM model.gguf\nREQUIRES 7.0.0", "model_requires")]
    public async Task What_cannot_be_made_is_an_error_and_leaves_nothing(string recipe, string code)
    {
        _folder.WriteModel();
        TestAdapter.Write(Path.Combine(_folder.Folder, "lora.gguf"), TestModelSpec.Llama, seed: 3);
        await File.WriteAllTextAsync(Path.Combine(_folder.Folder, "text.txt"), "This is no model, however long one reads it.");
        Directory.CreateDirectory(Path.Combine(_folder.Folder, "empty"));

        LocalInferenceException e = await Assert.ThrowsAnyAsync<LocalInferenceException>(() => _folder.CreateAsync("bad", recipe));

        Assert.Equal(code, e.Code);
        Assert.Empty(Store.List());
        Assert.DoesNotContain(_folder.BlobNames(), static name => name.StartsWith('.'));
    }

    [Fact]
    public async Task A_model_that_asks_for_more_than_there_is_does_not_load()
    {
        _folder.WriteModel();
        await _folder.CreateAsync("one", "FROM model.gguf\nREQUIRES 0.1.0");
        IndexedModel entry = Store.FindEntry(ModelName.Parse("one"))!;
        ManifestLayer config = _folder.WriteBlob(MediaTypes.Config, """{"model_format":"gguf","requires":"1.0.0"}""");
        Store.WriteManifest(ModelName.Parse("two"), (entry.Manifest with { Config = config }).ToJson());

        Assert.Equal("model_requires", (await Assert.ThrowsAsync<StoreException>(async () => await Store.FindAsync("two", default))).Code);
        Assert.Equal("one:latest", Assert.Single(await Store.ListAsync(default)).Name);
    }

    [Fact]
    public async Task A_model_that_another_is_made_from_is_pulled_if_it_is_not_there()
    {
        await using TestRegistry registry = new();
        ModelManifest manifest = registry.Offer("library/base:t", (MediaTypes.Model, TestRegistry.Bytes(1, 1000)), (MediaTypes.Template, "{{ .Prompt }}"u8.ToArray()), (MediaTypes.Config, """{"model_family":"llama"}"""u8.ToArray()));
        string source = $"{registry.Host}/library/base:t";

        await Store.CreateAsync("mine", Modelfile.Parse($"FROM {source}\nSYSTEM a"), new CreateOptions { Pulling = new PullOptions { AllowInsecure = true } });

        Assert.Equal(2, Store.List().Count);
        Assert.Equal([.. manifest.Layers.Select(static layer => (layer.MediaType, layer.Digest)), (MediaTypes.System, BlobDigest.Of("a"u8))], Layers("mine"));
    }

    [Fact]
    public async Task A_recipe_that_others_send_names_blobs_and_no_files()
    {
        string path = _folder.WriteModel();
        byte[] content = await File.ReadAllBytesAsync(path);
        string digest = BlobDigest.Of(content).ToString();
        Assert.False(Store.HasBlob(digest));
        Assert.Equal("digest_mismatch", (await Assert.ThrowsAsync<StoreException>(() => Store.AddBlobAsync(digest, new MemoryStream(content[1..])))).Code);
        Assert.Equal("digest_invalid", (await Assert.ThrowsAsync<StoreException>(() => Store.AddBlobAsync("sha256:../x", new MemoryStream(content)))).Code);
        Assert.Empty(_folder.BlobNames());

        Assert.True(await Store.AddBlobAsync(digest, new MemoryStream(content)));
        Assert.False(await Store.AddBlobAsync(digest, new MemoryStream([])));
        await Store.CreateAsync("one", Modelfile.Parse($"FROM @{digest}"));

        Assert.True(Store.HasBlob(digest));
        Assert.Equal(content, await File.ReadAllBytesAsync((await Store.FindAsync("one", default))!.Path));
        Assert.Equal("model_not_found", (await Assert.ThrowsAsync<ModelNotFoundException>(() => Store.CreateAsync("two", Modelfile.Parse($"FROM {path}")))).Code);
        Assert.Equal("blob_missing", (await Assert.ThrowsAsync<StoreException>(() => Store.CreateAsync("two", Modelfile.Parse($"FROM @{BlobDigest.Of("x"u8)}")))).Code);
    }

    [Theory]
    [InlineData(null, "F32")]
    [InlineData("Q8_0", "Q8_0")]
    public async Task Files_that_are_sent_one_by_one_are_converted_as_a_folder_is(string? asked, string quantization)
    {
        string model = _folder.WriteModel();
        HuggingFaceFolder.Write(Path.Combine(_folder.Folder, "hf"), model, TestModelSpec.Llama, shards: 2);
        string lora = Path.Combine(_folder.Folder, "lora.gguf");
        TestAdapter.Write(lora, TestModelSpec.Llama, seed: 3);
        await PeftAdapter.ToPeftAsync(lora, model, Path.Combine(_folder.Folder, "peft"));
        CreateOptions options = (await SendAsync("hf", "peft")) with { Quantization = asked };

        await Store.CreateAsync("sent", Modelfile.Parse("FROM @hf\nADAPTER @peft\nSYSTEM a"), options);
        await Store.CreateAsync("read", Modelfile.Parse("FROM hf\nADAPTER peft"), options with { Folder = _folder.Folder });

        ModelLocation sent = (await Store.FindAsync("sent", default))!;
        ModelLocation read = (await Store.FindAsync("read", default))!;
        int[] tokens = Prompts.Of(1, 40);
        Assert.InRange(
            ModelLogits.Distance(ModelLogits.Of(read.Path, tokens, (Assert.Single(read.Options.Adapters).Path, 1)), ModelLogits.Of(sent.Path, tokens, (Assert.Single(sent.Options.Adapters).Path, 1))), 0, 1e-5);
        Assert.Equal((quantization, "llama"), (Store.Find("sent")!.Quantization, Store.Find("sent")!.Family));
        Assert.Empty(await Store.VerifyAsync());
        Assert.DoesNotContain(_folder.BlobNames(), static name => name.StartsWith('.'));
    }

    [Theory]
    [InlineData("../config.json")]
    [InlineData("/etc/config.json")]
    [InlineData("a/../config.json")]
    [InlineData("a\\config.json")]
    [InlineData("./config.json")]
    [InlineData("a//config.json")]
    [InlineData("a\nb")]
    [InlineData("NUL.json")]
    [InlineData("C:config.json")]
    [InlineData("")]
    public async Task A_name_that_leads_elsewhere_is_none_of_a_file_that_is_sent(string name)
    {
        GenerationException e = await Assert.ThrowsAsync<GenerationException>(() => Store.CreateAsync("bad", Modelfile.Parse("FROM @files"), Sent((name, BlobDigest.Of("{}"u8).ToString()))));

        Assert.Equal(("invalid_option", name), (e.Code, e.Value));
        Assert.Empty(_folder.BlobNames());
    }

    [Theory]
    [InlineData("broken", "model.safetensors", "conversion_unsupported")]
    [InlineData("hf", "config.json", "conversion_unsupported")]
    [InlineData("hf", "model.safetensors", "conversion_unsupported")]
    [InlineData("hf", "tokenizer.model", "conversion_unsupported")]
    public async Task What_is_sent_in_part_or_damaged_is_an_error_and_leaves_nothing_but_what_was_sent(string folder, string missing, string code)
    {
        string model = _folder.WriteModel();
        HuggingFaceFolder.Write(Path.Combine(_folder.Folder, "hf"), model, TestModelSpec.Llama);
        HuggingFaceFolder.Write(Path.Combine(_folder.Folder, "broken"), model, TestModelSpec.Llama, change: static config => config["hidden_size"] = 0);
        CreateOptions all = await SendAsync(folder);
        string[] sent = _folder.BlobNames();
        CreateOptions some = Sent([.. all.BlobFolders[folder].Where(file => folder == "broken" || file.Key != missing).Select(static file => (file.Key, file.Value))]);

        LocalInferenceException e = await Assert.ThrowsAnyAsync<LocalInferenceException>(() => Store.CreateAsync("bad", Modelfile.Parse("FROM @files"), some));

        Assert.Equal(code, e.Code);
        Assert.Equal(sent, _folder.BlobNames());
        Assert.Empty(Store.List());
    }

    [Fact]
    public async Task A_file_that_was_never_sent_is_missed_by_its_digest()
    {
        string digest = BlobDigest.Of("never"u8).ToString();

        Assert.Equal(("blob_missing", digest), await FailAsync(digest));
        Assert.Equal(("digest_invalid", "sha256:../x"), await FailAsync("sha256:../x"));

        async Task<(string, string?)> FailAsync(string sent)
        {
            StoreException e = await Assert.ThrowsAsync<StoreException>(() => Store.CreateAsync("bad", Modelfile.Parse("FROM @files"), Sent(("model.safetensors", sent))));
            return (e.Code, e.Value);
        }
    }

    [Fact]
    public async Task Progress_is_told_in_ollamas_words()
    {
        _folder.WriteModel();
        List<string> statuses = [];

        await Store.CreateAsync("one", Modelfile.Parse("FROM model.gguf\nSYSTEM a"), new CreateOptions { Folder = _folder.Folder }, new Listener(statuses));

        Assert.Equal("parsing GGUF", statuses[0]);
        Assert.Contains(statuses, static status => status.StartsWith("creating new layer sha256:", StringComparison.Ordinal));
        Assert.Equal(["writing manifest", "success"], statuses[^2..]);
    }

    private (string, BlobDigest)[] Layers(string name) => [.. Store.FindEntry(ModelName.Parse(name))!.Manifest.Layers.Select(static layer => (layer.MediaType, layer.Digest))];

    // Each file as a blob, as those send them who have no folder that the server could read.
    private async Task<CreateOptions> SendAsync(params string[] folders)
    {
        Dictionary<string, IReadOnlyDictionary<string, string>> sent = new(StringComparer.Ordinal);
        foreach (string folder in folders)
        {
            Dictionary<string, string> digests = new(StringComparer.Ordinal);
            foreach (string path in Directory.GetFiles(Path.Combine(_folder.Folder, folder)))
            {
                byte[] content = await File.ReadAllBytesAsync(path);
                digests[Path.GetFileName(path)] = BlobDigest.Of(content).ToString();
                await Store.AddBlobAsync(digests[Path.GetFileName(path)], new MemoryStream(content));
            }

            sent[folder] = digests;
        }

        return new CreateOptions { BlobFolders = sent };
    }

    private static CreateOptions Sent(params (string Name, string Digest)[] files) => new()
    {
        BlobFolders = new Dictionary<string, IReadOnlyDictionary<string, string>>(StringComparer.Ordinal) { ["files"] = files.ToDictionary(static file => file.Name, static file => file.Digest, StringComparer.Ordinal) },
    };

    private async Task<int> ContextLengthAsync(string name)
    {
        ModelLocation location = (await Store.FindAsync(name, default))!;
        await using LocalModel loaded = await LocalModel.LoadAsync(location.Path, location.Options with { ContextLength = 64, Threads = 1, GpuLayers = 0 });
        return loaded.ContextLength;
    }

    private sealed class Listener(List<string> statuses) : IProgress<StoreProgress>
    {
        public void Report(StoreProgress value) => statuses.Add(value.Status);
    }
}
