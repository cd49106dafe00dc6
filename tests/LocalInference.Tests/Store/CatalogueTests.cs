using LocalInference.Abstractions;
using LocalInference.Tests.Store.Pulling;

namespace LocalInference.Tests.Store;

public sealed class CatalogueTests : IDisposable
{
    private const long Gigabyte = 1_000_000_000;

    private readonly StoreFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_catalogue_that_comes_with_the_program_says_all_it_should_of_each_model()
    {
        Assert.NotEmpty(ModelCatalogue.BuiltIn.Models);
        Assert.All(ModelCatalogue.BuiltIn.Models, static model =>
        {
            Assert.Same(model, ModelCatalogue.BuiltIn.Find(model.Name.ToUpperInvariant()));
            Assert.Equal(Uri.UriSchemeHttps, model.Page.Scheme);
            Assert.True(ModelName.TryParse(model.Source, out ModelName? source) && source.Host == "hf.co");

            // The page is that of the very file, of the quantization that the source names, in its repository.
            Assert.StartsWith($"https://huggingface.co/{source.Namespace}/{source.Model}/blob/main/", model.Page.ToString(), StringComparison.Ordinal);
            Assert.EndsWith($"{source.Tag}.gguf", model.Page.ToString(), StringComparison.Ordinal);
            Assert.Equal((64, source.Tag, Uri.UriSchemeHttps), (model.Sha256?.Length, model.Quantization, model.Card?.Scheme));
            Assert.NotNull(model.Checked);
            Assert.All(model.Unconfirmed, static fact => Assert.Equal("sampling", fact));

            // Weights of 2 to 9 bits: a slip of a digit in either number would leave that.
            Assert.InRange(8.0 * model.Bytes / model.Parameters, 2, 9);
            Assert.True(model.ContextLength >= 2048 && (model.ActiveParameters ?? model.Parameters) <= model.Parameters);
            Assert.Equal(model.Tasks.Contains("embedding", StringComparer.Ordinal), model.Capabilities.Contains("embedding", StringComparer.Ordinal));
        });
        Assert.Null(ModelCatalogue.BuiltIn.Find("qwen2.5:0.5b"));
    }

    [Theory]
    [InlineData("coding", 48, 64, true, "qwen3-32b")]
    [InlineData("coding", 16, 32, true, "gpt-oss-20b")]
    [InlineData("coding", 8, 16, true, "qwen2.5-coder-7b")]
    [InlineData("coding", 0, 32, false, "gpt-oss-20b")]
    [InlineData("coding", 0, 8, false, "qwen2.5-coder-7b")]
    [InlineData("chat", 0, 8, false, "qwen3-4b-instruct")]
    [InlineData("embedding", 0, 2, false, "nomic-embed-text-1.5")]
    public void What_is_recommended_fits_the_machine(string task, int gpuGigabytes, int hostGigabytes, bool isOnGpu, string name)
    {
        ModelRecommendation first = Recommend(task, 8192, gpuGigabytes, hostGigabytes)[0];

        Assert.Equal((name, isOnGpu), (first.Model.Name, first.IsOnGpu));
        Assert.InRange(first.Model.MemoryBytes(8192), 1, Math.Max(gpuGigabytes, hostGigabytes) * Gigabyte);
        Assert.All(first.Reasons, static reason => Assert.EndsWith(".", reason, StringComparison.Ordinal));
    }

    [Fact]
    public void Each_kind_of_machine_has_a_model_for_each_task()
    {
        IReadOnlyList<HardwareProfile> profiles = ModelCatalogue.BuiltIn.Profiles;
        Assert.Equal(["cpu-8gb", "cpu-32gb", "gpu-8gb", "gpu-16gb", "gpu-24gb", "gpu-48gb", "apple-16gb", "apple-64gb"], profiles.Select(static profile => profile.Name), StringComparer.Ordinal);
        foreach (string task in new[] { "chat", "coding", "embedding", "trying" })
        {
            Assert.All(profiles, profile => Assert.NotEmpty(ModelCatalogue.BuiltIn.Recommend(task, 8192, profile)));
        }

        Assert.Equal("qwen3-32b", ModelCatalogue.BuiltIn.Recommend("coding", 8192, profiles[^1])[0].Model.Name);
        Assert.All(ModelCatalogue.BuiltIn.Models, static model => Assert.NotNull(model.Sampling));
    }

    [Fact]
    public void A_long_context_counts_and_what_is_slow_comes_last_and_says_so()
    {
        Assert.Equal("gpt-oss-20b", Recommend("coding", 8192, 0, 64)[0].Model.Name);
        ModelRecommendation last = Recommend("coding", 8192, 0, 64)[^1];
        Assert.Equal("qwen3-32b", last.Model.Name);
        Assert.Contains("slow without a GPU", string.Concat(last.Reasons), StringComparison.Ordinal);
        Assert.DoesNotContain(Recommend("coding", 131_072, 0, 10), static one => one.Model.Name == "gpt-oss-20b");
        Assert.Contains("no more than 32768 tokens", string.Concat(Recommend("coding", 100_000, 0, 10).Single().Reasons), StringComparison.Ordinal);
        Assert.Empty(Recommend("chat", 8192, 0, 1));
        StoreException e = Assert.Throws<StoreException>(() => Recommend("painting", 8192, 0, 8));
        Assert.Equal("task_unknown", e.Code);
        Assert.Contains("chat, coding", e.NextStep, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("""{"version":2,"models":[]}""")]
    [InlineData("""{"version":1,"models":[],"other":1}""")]
    [InlineData("""{"version":1,"models":[{"name":"a"}]}""")]
    public void A_catalogue_that_is_none_is_refused(string json)
    {
        string path = Path.Combine(_folder.Folder, "models.json");
        File.WriteAllText(path, json);

        StoreException e = Assert.Throws<StoreException>(() => ModelCatalogue.Load(path));

        Assert.Equal(("store_failed", path), (e.Code, e.Value));
    }

    [Theory]
    [InlineData("a:b", "hf.co/a/b:c", null)]
    [InlineData("a/b", "hf.co/a/b:c", null)]
    [InlineData("a", "hf.co/../b", null)]
    [InlineData("a", "hf.co/a/b", "12")]
    public void Names_and_digests_of_a_catalogue_are_checked(string name, string source, string? sha256)
    {
        string path = Write(name, source, sha256);

        Assert.Equal("store_failed", Assert.Throws<StoreException>(() => ModelCatalogue.Load(path)).Code);
    }

    [Fact]
    public async Task A_short_name_is_pulled_from_where_it_stands_for_and_must_be_what_it_says()
    {
        await using TestRegistry registry = new();
        ModelManifest manifest = registry.Offer("org/m:t", (MediaTypes.Model, TestRegistry.Bytes(1, 1000)), (MediaTypes.Config, """{"model_family":"llama"}"""u8.ToArray()));
        string source = $"{registry.Host}/org/m:t";
        PullOptions options = new() { AllowInsecure = true };
        using ModelStore right = Open(ModelCatalogue.Load(Write("short", source, manifest.Layers[0].Digest.Hex)));
        using ModelStore wrong = Open(ModelCatalogue.Load(Write("short", source, BlobDigest.Of("other"u8).Hex)));

        Assert.Equal("digest_mismatch", (await Assert.ThrowsAsync<StoreException>(() => wrong.PullAsync("short", options))).Code);
        Assert.Empty(right.List());
        await right.PullAsync("Short:latest", options);

        Assert.Equal("Short:latest", Assert.Single(right.List()).Name);
        SamplingOverrides sampling = (await right.FindAsync("short", default))!.Sampling;
        Assert.Equal((0.25f, 7, null), (sampling.Temperature, sampling.TopK, sampling.TopP));
        await Assert.ThrowsAsync<StoreException>(() => right.PullAsync("short:other", options with { AllowedHosts = [] }));
        Assert.Empty(await right.VerifyAsync());
    }

    [Fact]
    public async Task A_model_whose_digest_nobody_states_must_stay_what_it_was_at_the_first_pull()
    {
        await using TestRegistry registry = new();
        string source = $"{registry.Host}/org/m:t";
        PullOptions options = new() { AllowInsecure = true };
        using ModelStore store = Open(ModelCatalogue.Load(Write("short", source, sha256: null)));
        ModelManifest first = registry.Offer("org/m:t", (MediaTypes.Model, TestRegistry.Bytes(1, 1000)), (MediaTypes.Config, "{}"u8.ToArray()));
        await store.PullAsync("short", options);
        await store.PullAsync("short", options);
        ModelManifest second = registry.Offer("org/m:t", (MediaTypes.Model, TestRegistry.Bytes(2, 1000)), (MediaTypes.Config, "{}"u8.ToArray()));

        StoreException e = await Assert.ThrowsAsync<StoreException>(() => store.PullAsync("short", options));

        Assert.Equal(("digest_pinned", $"{second.Layers[0].Digest}", $"{first.Layers[0].Digest}"), (e.Code, e.Value, e.Limit));
        Assert.False(store.HasBlob(second.Layers[0].Digest.ToString()));
        string pin = Assert.Single(Directory.GetFiles(Path.Combine(_folder.Root, ".pins")));
        Assert.Contains(pin, e.Message, StringComparison.Ordinal);

        // It is no longer known by a short name, so that nobody has promised anything; and whoever deletes the pin accepts what comes.
        await store.PullAsync(source, options);
        File.Delete(pin);
        await store.PullAsync("short", options);
        Assert.Equal(second.Layers[0].Digest, Assert.Single(store.FindEntry(ModelName.Parse("short"))!.Manifest.Layers).Digest);
    }

    private ModelStore Open(ModelCatalogue catalogue) => ModelStore.Open(new ModelStoreOptions { Directory = _folder.Root, ReadOnlyDirectories = [], Catalogue = catalogue });

    private static IReadOnlyList<ModelRecommendation> Recommend(string task, int contextLength, int gpuGigabytes, int hostGigabytes) =>
        ModelCatalogue.BuiltIn.Recommend(task, contextLength, new MachineMemory(Device("CPU", hostGigabytes), gpuGigabytes == 0 ? [] : [Device("GPU", gpuGigabytes)]));

    private static DeviceMemory Device(string name, int gigabytes) => new() { Name = name, FreeBytes = gigabytes * Gigabyte, TotalBytes = gigabytes * Gigabyte };

    private string Write(string name, string source, string? sha256)
    {
        string path = Path.Combine(_folder.Folder, $"{Guid.NewGuid():n}.json");
        string digest = sha256 is null ? "" : $"\"sha256\":\"{sha256}\",";
        File.WriteAllText(path, $$"""
            {"version":1,"models":[{"name":"{{name}}","source":"{{source}}","page":"https://example.org/",{{digest}}"bytes":1000,"architecture":"llama","parameters":1000,
            "quantization":"Q8_0","contextLength":128,"cacheBytesPerToken":0,"license":"MIT","capabilities":["chat"],"tasks":["chat"],"sampling":{"temperature":0.25,"topK":7} }]}
            """);
        return path;
    }
}
