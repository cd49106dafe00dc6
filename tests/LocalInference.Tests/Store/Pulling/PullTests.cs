using System.Text;
using LocalInference.Abstractions;
using LocalInference.Gguf;
using LocalInference.TestModels;

namespace LocalInference.Tests.Store.Pulling;

public sealed class PullTests : IDisposable
{
    private const int BlobBytes = 200_000;

    private readonly StoreFolder _folder = new();

    private static readonly PullOptions s_options = new()
    {
        AllowInsecure = true,
        ChunkBytes = 32 << 10,
        RetryDelay = TimeSpan.FromMilliseconds(1),
        StallTimeout = TimeSpan.FromSeconds(20),
        HuggingFaceToken = "",
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_model_is_fetched_checked_and_listed()
    {
        await using TestRegistry registry = new();
        ModelManifest manifest = Offer(registry, seed: 1);
        ProgressList listener = new();

        await _folder.Store.PullAsync($"{registry.Host}/library/m:t", s_options, listener);

        Assert.Equal($"{registry.Host}/library/m:t", Assert.Single(_folder.Store.List()).Name);
        Assert.Equal(manifest.ToJson(), await File.ReadAllBytesAsync(_folder.Store.FindEntry(ModelName.Parse($"{registry.Host}/library/m:t"))!.File.Path));
        Assert.Empty(await _folder.Store.VerifyAsync());
        Assert.Equal(manifest.Blobs.Count(), _folder.BlobNames().Length);
        Assert.Equal("pulling manifest", listener.Reports[0].Status);
        Assert.Equal(["verifying sha256 digest", "writing manifest", "removing unused layers", "success"], listener.Reports[^4..].Select(static report => report.Status), StringComparer.Ordinal);
        StoreProgress weights = listener.Reports.Last(report => report.Digest == manifest.Layers[0].Digest.ToString());
        Assert.Equal(($"pulling {manifest.Layers[0].Digest.Hex[..12]}", BlobBytes, BlobBytes), (weights.Status, weights.Total, weights.Completed));
    }

    [Fact]
    public async Task What_is_there_already_is_not_fetched_again()
    {
        await using TestRegistry registry = new();
        Offer(registry, seed: 1);
        await _folder.Store.PullAsync($"{registry.Host}/library/m:t", s_options);
        int requests = registry.Requests.Count;

        await _folder.Store.PullAsync($"{registry.Host}/library/m:t", s_options);

        Assert.Equal(requests + 1, registry.Requests.Count);
    }

    [Fact]
    public async Task A_new_version_takes_the_files_of_the_old_one_away()
    {
        await using TestRegistry registry = new();
        Offer(registry, seed: 1);
        await _folder.Store.PullAsync($"{registry.Host}/library/m:t", s_options);
        ModelManifest second = Offer(registry, seed: 2);

        await _folder.Store.PullAsync($"{registry.Host}/library/m:t", s_options);

        Assert.Equal(second.Blobs.Select(static blob => blob.Digest.FileName).Order(StringComparer.Ordinal), _folder.BlobNames(), StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_token_is_fetched_once_and_follows_no_redirection()
    {
        await using TestRegistry storage = new();
        await using TestRegistry registry = new() { Token = "secret", Other = storage, Faults = static request => request.Path.Contains("/blobs/", StringComparison.Ordinal) ? Fault.Redirect : Fault.None };
        Offer(registry, seed: 1);
        Offer(storage, seed: 1);

        await _folder.Store.PullAsync($"{registry.Host}/library/m:t", s_options);

        Assert.Empty(await _folder.Store.VerifyAsync());
        Assert.Single(registry.Requests, static request => request.Path.StartsWith("/token?service=test&scope=repository%3Ax%3Apull", StringComparison.Ordinal));
        Assert.NotEmpty(storage.Requests);
        Assert.All(storage.Requests, static request => Assert.Null(request.Authorization));
        Assert.DoesNotContain(registry.Requests, static request => request.Authorization is not null and not "Bearer secret");
    }

    [Fact]
    public async Task Hugging_faces_token_goes_to_hugging_face_alone()
    {
        await using TestRegistry storage = new();
        await using TestRegistry hub = new() { Token = "hf_secret", Other = storage, Faults = static request => request.Path.Contains("/blobs/", StringComparison.Ordinal) ? Fault.Redirect : Fault.None };
        Offer(hub, seed: 1, path: "org/repo-GGUF:Q4_K_M");
        Offer(storage, seed: 1);
        PullOptions options = s_options with { Mirrors = new Dictionary<string, Uri>(StringComparer.Ordinal) { ["hf.co"] = hub.Address }, HuggingFaceToken = "hf_secret" };

        await _folder.Store.PullAsync("hf.co/org/repo-GGUF:Q4_K_M", options);

        Assert.Equal("hf.co/org/repo-GGUF:Q4_K_M", Assert.Single(_folder.Store.List()).Name);
        Assert.All(hub.Requests, static request => Assert.Equal("Bearer hf_secret", request.Authorization));
        Assert.All(storage.Requests, static request => Assert.Null(request.Authorization));

        // A gated repository, and nobody to open it.
        hub.Faults = static _ => Fault.Forbidden;
        StoreException e = await Assert.ThrowsAsync<StoreException>(() => _folder.Store.PullAsync("hf.co/org/gated:Q4_K_M", options));
        Assert.Equal("download_refused", e.Code);
        Assert.Contains("HF_TOKEN", e.NextStep, StringComparison.Ordinal);
        Assert.DoesNotContain("hf_secret", e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_split_model_of_hugging_face_becomes_one_file()
    {
        await using TestRegistry hub = new() { Token = "hf_secret", Faults = static request => request.Path.StartsWith("/v2/", StringComparison.Ordinal) ? Fault.BadRequest : Fault.None };
        using GgufFile whole = GgufFile.Open(_folder.WriteModel());
        string[] parts = [.. GgufSplit.Write(whole, Path.Combine(_folder.Folder, "tiny-Q4_K_M"), whole.FileLength / 3)];
        List<string> list = ["{\"type\":\"directory\",\"path\":\"q4\"}", "{\"type\":\"file\",\"path\":\"README.md\",\"size\":5}"];
        foreach (string part in parts)
        {
            byte[] content = await File.ReadAllBytesAsync(part);
            string path = $"q4/{Path.GetFileName(part)}";
            list.Add($$"""{"type":"file","path":"{{path}}","size":{{content.Length}},"lfs":{"oid":"{{BlobDigest.Of(content).Hex}}","size":{{content.Length}},"pointerSize":134} }""");
            hub.OfferFile($"/org/split/resolve/main/{path}", content);
        }

        hub.OfferFile("/api/models/org/split/tree/main?recursive=true", Encoding.UTF8.GetBytes($"[{string.Join(',', list)}]"));
        PullOptions options = s_options with { Mirrors = new Dictionary<string, Uri>(StringComparer.Ordinal) { ["hf.co"] = hub.Address }, HuggingFaceToken = "hf_secret" };

        await _folder.Store.PullAsync("hf.co/org/split:q4_k_m", options);

        Assert.InRange(parts.Length, 2, 100);
        Assert.Equal(2, _folder.BlobNames().Length);
        Assert.Empty(await _folder.Store.VerifyAsync());

        // The parts are not kept, and still not fetched again while the model is what was made of them.
        int fetched = hub.Requests.Count(IsPart);
        await _folder.Store.PullAsync("hf.co/org/split:q4_k_m", options);
        Assert.Equal(fetched, hub.Requests.Count(IsPart));
        await _folder.CreateAsync("hf.co/org/split:q4_k_m", "FROM hf.co/org/split:q4_k_m\nSYSTEM other");
        await _folder.Store.PullAsync("hf.co/org/split:q4_k_m", options);
        Assert.NotEqual(fetched, hub.Requests.Count(IsPart));
        Assert.Equal(2, _folder.BlobNames().Length);
        Assert.Empty(await _folder.Store.VerifyAsync());

        using GgufFile merged = GgufFile.Open((await _folder.Store.FindAsync("hf.co/org/split:q4_k_m", default))!.Path);
        Assert.Equal(whole.Tensors.Length, merged.Tensors.Length);
        Assert.Equal("model_not_found", (await Assert.ThrowsAsync<ModelNotFoundException>(() => _folder.Store.PullAsync("hf.co/org/split:Q8_0", options))).Code);
    }

    [Fact]
    public async Task A_file_by_its_address_is_checked_and_becomes_a_model()
    {
        await using TestRegistry server = new();
        byte[] content = await File.ReadAllBytesAsync(_folder.WriteModel());
        server.OfferFile("/files/m.gguf?download=true", content);
        server.OfferFile("/files/text", "This is no model, however long one reads it."u8.ToArray());
        string sha256 = BlobDigest.Of(content).Hex;

        await _folder.Store.PullFileAsync(new Uri(server.Address, "files/m.gguf?download=true"), sha256, "mine", s_options);

        Assert.Equal("mine:latest", Assert.Single(_folder.Store.List()).Name);
        Assert.Equal(content.Length + 1, server.BytesSent);
        Assert.Empty(await _folder.Store.VerifyAsync());
        StoreException wrong = await Assert.ThrowsAsync<StoreException>(() => _folder.Store.PullFileAsync(new Uri(server.Address, "files/text"), sha256, "other", s_options));
        Assert.Equal("digest_mismatch", wrong.Code);
        StoreException text = await Assert.ThrowsAsync<StoreException>(() => _folder.Store.PullFileAsync(
            new Uri(server.Address, "files/text"), BlobDigest.Of("This is no model, however long one reads it."u8).Hex, "other", s_options));
        Assert.Equal("store_failed", text.Code);
        Assert.Single(_folder.Store.List());
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_asked_again()
    {
        int asked = 0;
        await using TestRegistry server = new() { Faults = _ => Interlocked.Increment(ref asked) == 1 ? Fault.Silence : Fault.None };
        byte[] content = await File.ReadAllBytesAsync(_folder.WriteModel());
        server.OfferFile("/m.gguf", content);

        await _folder.Store.PullFileAsync(new Uri(server.Address, "m.gguf"), BlobDigest.Of(content).Hex, "mine", s_options with { StallTimeout = TimeSpan.FromSeconds(1) });

        Assert.Equal("mine:latest", Assert.Single(_folder.Store.List()).Name);
    }

    [Fact]
    public async Task A_host_that_is_not_allowed_is_not_spoken_to()
    {
        await using TestRegistry storage = new();
        await using TestRegistry registry = new() { Other = storage, Faults = static request => request.Path.Contains("/blobs/", StringComparison.Ordinal) ? Fault.Redirect : Fault.None };
        Offer(registry, seed: 1);
        PullOptions options = s_options with { Mirrors = new Dictionary<string, Uri>(StringComparer.Ordinal) { ["host"] = new($"http://localhost:{registry.Address.Port}/") }, AllowedHosts = ["localhost"] };

        StoreException e = await Assert.ThrowsAsync<StoreException>(() => _folder.Store.PullAsync("host/library/m:t", options));

        Assert.Equal(("host_not_allowed", "127.0.0.1"), (e.Code, e.Value));
        Assert.Empty(storage.Requests);
        Assert.Empty(_folder.Store.List());
    }

    [Theory]
    [InlineData("missing:t", "model_not_found")]
    [InlineData("m:none", "model_not_found")]
    [InlineData("damaged:t", "manifest_damaged")]
    [InlineData("huge:t", "disk_space")]
    [InlineData("lost:t", "model_not_found")]
    public async Task What_cannot_be_had_is_an_error_and_no_model(string model, string code)
    {
        await using TestRegistry registry = new();
        Offer(registry, seed: 1);
        string digest = BlobDigest.Of("x"u8).ToString();
        registry.OfferText("library/damaged:t", "<html>");
        registry.OfferText("library/huge:t", $$"""{"schemaVersion":2,"config":{"mediaType":"a","digest":"{{digest}}","size":{{long.MaxValue / 2}}},"layers":[]}""");
        registry.OfferText("library/lost:t", $$"""{"schemaVersion":2,"config":{"mediaType":"a","digest":"{{digest}}","size":1},"layers":[]}""");

        LocalInferenceException e = await Assert.ThrowsAnyAsync<LocalInferenceException>(() => _folder.Store.PullAsync($"{registry.Host}/library/{model}", s_options));

        Assert.Equal(code, e.Code);
        Assert.Empty(_folder.Store.List());
    }

    [Fact]
    public async Task A_download_that_was_broken_off_is_gone_on_with()
    {
        await using TestRegistry registry = new();
        ModelManifest manifest = Offer(registry, seed: 1);
        SplitMix64 dice = new(3);

        // However late the break comes, the last piece has not. And slow enough that each piece before it is reported.
        registry.Faults = static request => request.To == BlobBytes - 1 ? Fault.Silence : Fault.None;
        for (int i = 0; i < 12; i++)
        {
            using CancellationTokenSource broken = new();
            long before = DownloadFile.ReadFilled(_folder.Store.Own.Root, manifest.Layers[0]);
            Stopper stopper = new(manifest.Layers[0].Digest.ToString(), Math.Min(before + dice.Below(BlobBytes / 8), BlobBytes * 3 / 4), broken);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _folder.Store.PullAsync(
                $"{registry.Host}/library/m:t", s_options with { Connections = 2, MaxBytesPerSecond = BlobBytes }, stopper, broken.Token));
            Assert.InRange(DownloadFile.ReadFilled(_folder.Store.Own.Root, manifest.Layers[0]), before, BlobBytes);
            Assert.Empty(_folder.Store.List());
            if (stopper.Reached > BlobBytes / 2)
            {
                break;
            }
        }

        long filled = DownloadFile.ReadFilled(_folder.Store.Own.Root, manifest.Layers[0]);
        Assert.InRange(filled, 1, BlobBytes - 1);

        // The server may still be writing into connections that nobody reads.
        await Task.Delay(TimeSpan.FromMilliseconds(300));
        registry.Faults = static _ => Fault.None;
        long sent = registry.BytesSent;
        await _folder.Open().PullAsync($"{registry.Host}/library/m:t", s_options);

        long others = manifest.SizeInBytes - BlobBytes + manifest.ToJson().Length;
        Assert.Equal(BlobBytes - filled + others, registry.BytesSent - sent);
        Assert.Empty(await _folder.Store.VerifyAsync());
        Assert.Single(_folder.Store.List());
    }

    [Fact]
    public async Task What_an_earlier_process_left_wrong_is_fetched_again()
    {
        await using TestRegistry registry = new();
        ModelManifest manifest = Offer(registry, seed: 1);
        using (DownloadFile file = DownloadFile.TryOpen(_folder.Store.Own.Root, manifest.Layers[0], s_options.ChunkBytes)!)
        {
            await file.AppendAsync(0, new byte[1000], default);
        }

        await _folder.Store.PullAsync($"{registry.Host}/library/m:t", s_options);

        Assert.Empty(await _folder.Store.VerifyAsync());
        Assert.Single(_folder.Store.List());
    }

    [Fact]
    public async Task Who_pulls_the_same_at_the_same_time_shares_one_download()
    {
        await using TestRegistry registry = new();
        ModelManifest manifest = Offer(registry, seed: 1);
        ModelStore[] stores = [_folder.Store, _folder.Open(), _folder.Open()];

        await Task.WhenAll(stores.Append(stores[0]).Select(store => store.PullAsync($"{registry.Host}/library/m:t", s_options)));

        Assert.Equal(manifest.SizeInBytes + (4 * manifest.ToJson().Length), registry.BytesSent);
        Assert.Empty(await _folder.Store.VerifyAsync());
    }

    [Fact]
    public async Task A_server_that_knows_no_parts_is_asked_for_the_whole()
    {
        await using TestRegistry registry = new() { Faults = static _ => Fault.Whole };
        Offer(registry, seed: 1);

        await _folder.Store.PullAsync($"{registry.Host}/library/m:t", s_options);

        Assert.Empty(await _folder.Store.VerifyAsync());
        Assert.Single(_folder.Store.List());
    }

    [Fact]
    public async Task A_limit_of_the_rate_is_kept()
    {
        await using TestRegistry registry = new();
        Offer(registry, seed: 1);
        long started = TimeProvider.System.GetTimestamp();

        await _folder.Store.PullAsync($"{registry.Host}/library/m:t", s_options with { MaxBytesPerSecond = BlobBytes, StallTimeout = TimeSpan.FromMilliseconds(500) });

        Assert.InRange(TimeProvider.System.GetElapsedTime(started).TotalSeconds, 0.95, double.MaxValue);
    }

    [Fact]
    public async Task Two_hundred_faulty_servers_leave_a_whole_model_or_none()
    {
        int whole = 0;
        await Parallel.ForAsync(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (seed, cancellationToken) =>
        {
            using StoreFolder folder = new();
            await using TestRegistry storage = new();
            await using TestRegistry registry = new() { Other = storage };
            Offer(registry, (ulong)seed);
            Offer(storage, (ulong)seed);
            registry.Faults = storage.Faults = Chance((ulong)seed);
            PullOptions options = s_options with { Connections = 1 + (seed % 4), StallTimeout = TimeSpan.FromMilliseconds(250), Retries = 3 };
            string name = $"{registry.Host}/library/m:t";
            try
            {
                await folder.Store.PullAsync(name, options, progress: null, cancellationToken);
                Interlocked.Increment(ref whole);
                Assert.Single(folder.Store.List());
            }
            catch (LocalInferenceException e)
            {
                Assert.Contains(e.Code, (string[])["download_failed", "digest_mismatch", "model_not_found", "manifest_damaged"], StringComparer.Ordinal);
                Assert.Empty(folder.Store.List());
            }

            Assert.Empty(await folder.Store.VerifyAsync(progress: null, cancellationToken));
            registry.Faults = storage.Faults = static _ => Fault.None;
            await folder.Store.PullAsync(name, options with { StallTimeout = TimeSpan.FromSeconds(20) }, progress: null, cancellationToken);
            Assert.Single(folder.Store.List());
            Assert.Empty(await folder.Store.VerifyAsync(progress: null, cancellationToken));
        });

        // Neither all nor none: faults came, and were overcome.
        Assert.InRange(whole, 20, 199);
    }

    private static bool IsPart(RegistryRequest request) => request.Path.Contains("/resolve/", StringComparison.Ordinal);

    private static Func<RegistryRequest, Fault> Chance(ulong seed)
    {
        SplitMix64 dice = new(seed);
        int percent = dice.Below(80);
        Fault[] faults = [.. Enum.GetValues<Fault>().Where(static fault => fault is not Fault.None and not Fault.Forbidden and not Fault.BadRequest)];
        Lock gate = new();
        return request =>
        {
            lock (gate)
            {
                Fault fault = faults[dice.Below(faults.Length)];
                bool isFault = dice.Below(100) < percent;

                // Waiting is what takes the time of this test.
                bool isSlow = fault is Fault.Stall or Fault.Silence or Fault.Drip && dice.Below(4) > 0;
                return isFault && !isSlow ? fault : Fault.None;
            }
        };
    }

    private static ModelManifest Offer(TestRegistry registry, ulong seed, string path = "library/m:t") => registry.Offer(
        path,
        (MediaTypes.Model, TestRegistry.Bytes(seed, BlobBytes)),
        (MediaTypes.Template, Encoding.UTF8.GetBytes($"{{{{ .Prompt }}}} {seed}")),
        (MediaTypes.Config, Encoding.UTF8.GetBytes($$"""{"model_format":"gguf","model_family":"llama","base_name":"{{seed}}"}""")));

    private sealed class Stopper(string digest, long after, CancellationTokenSource broken) : IProgress<StoreProgress>
    {
        public long Reached { get; private set; }

        public void Report(StoreProgress value)
        {
            if (value.Digest == digest && value.Completed >= after)
            {
                Reached = value.Completed!.Value;
                broken.Cancel();
            }
        }
    }
}
