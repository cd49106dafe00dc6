using LocalInference.Abstractions;
using LocalInference.TestModels;
using LocalInference.Tests.Store.Pulling;

namespace LocalInference.Tests.Store.Pushing;

public sealed class PushTests : IDisposable
{
    private const int ChunkBytes = 64 << 10;

    private readonly StoreFolder _folder = new();

    private static readonly PushOptions s_options = new()
    {
        AllowInsecure = true,
        ChunkBytes = ChunkBytes,
        RetryDelay = TimeSpan.FromMilliseconds(1),
        StallTimeout = TimeSpan.FromSeconds(20),
        Credentials = new Dictionary<string, RegistryCredential>(StringComparer.Ordinal),
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_pushed_model_is_pulled_back_bit_for_bit()
    {
        await using TestRegistry registry = new();
        string name = await CreateAsync(registry);
        ProgressList listener = new();

        await _folder.Store.PushAsync(name, s_options, listener);

        IndexedModel model = _folder.Store.FindEntry(ModelName.Parse(name))!;
        ManifestLayer weights = model.Manifest.Layers[0];
        Assert.Equal(model.Json, registry.Manifest("library/m:t"));
        Assert.Equal(["retrieving manifest", "pushing manifest", "success"], listener.Reports.Select(static report => report.Status).Where(static status => !status.StartsWith("pushing ", StringComparison.Ordinal) || status == "pushing manifest"), StringComparer.Ordinal);
        Assert.Contains(listener.Reports, report => report with { BytesPerSecond = null, TimeLeft = null } == new StoreProgress($"pushing {weights.Digest.Hex[..12]}") { Digest = weights.Digest.ToString(), Total = weights.Size, Completed = weights.Size });

        using StoreFolder other = new();
        await other.Store.PullAsync(name, new PullOptions { AllowInsecure = true });
        Assert.Equal(model.Digest, other.Store.FindEntry(model.Name)!.Digest);
        Assert.Empty(await other.Store.VerifyAsync());
    }

    [Fact]
    public async Task What_the_registry_has_is_not_sent_again()
    {
        await using TestRegistry registry = new();
        string name = await CreateAsync(registry);
        await _folder.Store.PushAsync(name, s_options);
        long sent = registry.BytesReceived;
        registry.Requests.Clear();

        await _folder.Store.PushAsync(name, s_options);

        Assert.Equal(sent, registry.BytesReceived);
        Assert.DoesNotContain(registry.Requests, static request => request.Method is "POST" or "PATCH");
    }

    [Fact]
    public async Task What_another_repository_of_the_registry_has_is_taken_over_there()
    {
        await using TestRegistry registry = new();
        string name = await CreateAsync(registry);
        await _folder.Store.CopyAsync(name, $"{registry.Host}/someone/base:t");
        ManifestLayer weights = _folder.Store.FindEntry(ModelName.Parse(name))!.Manifest.Layers[0];
        registry.OfferElsewhere("someone/base", await File.ReadAllBytesAsync(Path.Combine(_folder.Blobs, weights.Digest.FileName)));

        await _folder.Store.PushAsync(name, s_options);

        Assert.NotNull(registry.Blob(weights.Digest));
        Assert.Equal(_folder.Store.FindEntry(ModelName.Parse(name))!.Manifest.SizeInBytes - weights.Size, registry.BytesReceived);
    }

    [Fact]
    public async Task An_upload_goes_on_where_it_broke_off()
    {
        int parts = 0;
        await using TestRegistry registry = new() { Faults = request => request.Method == "PATCH" && Interlocked.Increment(ref parts) == 3 ? Fault.Truncate : Fault.None };
        string name = await CreateAsync(registry);

        await _folder.Store.PushAsync(name, s_options);

        // The registry kept what had come, half of a part.
        long size = _folder.Store.FindEntry(ModelName.Parse(name))!.Manifest.SizeInBytes;
        Assert.True(parts > 3);
        Assert.Equal(size, registry.BytesReceived);
    }

    [Fact]
    public async Task An_upload_that_the_registry_has_lost_begins_anew()
    {
        int parts = 0;
        TestRegistry? registry = null;
        registry = new TestRegistry
        {
            Faults = request =>
            {
                if (request.Method == "PATCH" && Interlocked.Increment(ref parts) == 3)
                {
                    registry!.ForgetUploads();
                }

                return Fault.None;
            },
        };
        await using (registry)
        {
            string name = await CreateAsync(registry);

            await _folder.Store.PushAsync(name, s_options);

            Assert.NotNull(registry.Manifest("library/m:t"));
            Assert.True(registry.BytesReceived > _folder.Store.FindEntry(ModelName.Parse(name))!.Manifest.SizeInBytes);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_has_the_password_signs_in_with_a_token_or_without(bool withToken)
    {
        await using TestRegistry registry = new() { Token = withToken ? "secret" : null, Login = "me:pass:word" };
        string name = await CreateAsync(registry);
        StoreException e = await Assert.ThrowsAsync<StoreException>(() => _folder.Store.PushAsync(name, s_options));
        Assert.Equal("upload_refused", e.Code);
        PushOptions options = s_options with { Credentials = new Dictionary<string, RegistryCredential>(StringComparer.Ordinal) { [registry.Host] = new("me", "pass:word") } };

        await _folder.Store.PushAsync(name, options);

        Assert.NotNull(registry.Manifest("library/m:t"));
        using StoreFolder other = new();
        await other.Store.PullAsync(name, new PullOptions { AllowInsecure = true, Credentials = options.Credentials });
        Assert.Empty(await other.Store.VerifyAsync());
        Assert.DoesNotContain("pass:word", options.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Passwords_go_to_no_other_host()
    {
        await using TestRegistry storage = new();
        await using TestRegistry registry = new() { Login = "me:word", Other = storage, Faults = static request => request.Method == "HEAD" ? Fault.Redirect : Fault.None };
        string name = await CreateAsync(registry);

        await _folder.Store.PushAsync(name, s_options with { Credentials = new Dictionary<string, RegistryCredential>(StringComparer.Ordinal) { [registry.Host] = new("me", "word"), ["elsewhere.example"] = new("me", "other") } });

        Assert.NotEmpty(storage.Requests);
        Assert.All(storage.Requests, static request => Assert.Null(request.Authorization));
        Assert.DoesNotContain(registry.Requests, static request => request.Authorization is not null and not "Basic bWU6d29yZA==");
    }

    [Fact]
    public async Task Ollamas_own_registry_is_refused_before_anything_is_sent()
    {
        await _folder.CreateAsync("m", $"FROM {_folder.WriteModel()}");

        StoreException e = await Assert.ThrowsAsync<StoreException>(() => _folder.Store.PushAsync("m", s_options with { AllowedHosts = [] }));

        Assert.Equal(("push_unsupported", "registry.ollama.ai"), (e.Code, e.Value));
        await Assert.ThrowsAsync<ModelNotFoundException>(() => _folder.Store.PushAsync("none", s_options));
    }

    [Fact]
    public async Task A_damaged_blob_is_refused_by_the_registry_and_said()
    {
        await using TestRegistry registry = new();
        string name = await CreateAsync(registry);
        ManifestLayer weights = _folder.Store.FindEntry(ModelName.Parse(name))!.Manifest.Layers[0];
        string path = Path.Combine(_folder.Blobs, weights.Digest.FileName);
        byte[] content = await File.ReadAllBytesAsync(path);
        content[^1] ^= 1;
        await File.WriteAllBytesAsync(path, content);

        StoreException e = await Assert.ThrowsAsync<StoreException>(() => _folder.Store.PushAsync(name, s_options));

        Assert.Equal(("upload_failed", "400"), (e.Code, e.Value));
        Assert.Contains("provided digest did not match", e.Message, StringComparison.Ordinal);
        Assert.Null(registry.Manifest("library/m:t"));
    }

    [Fact]
    public async Task Whatever_goes_wrong_the_registry_has_the_model_or_there_is_a_typed_error()
    {
        string source = _folder.WriteModel();
        int whole = 0;
        await Parallel.ForAsync(0, 60, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (seed, cancellationToken) =>
        {
            using StoreFolder folder = new();
            await using TestRegistry registry = new() { Faults = Chance((ulong)seed) };
            string name = $"{registry.Host}/library/m:t";
            await folder.CreateAsync(name, $"FROM {source}");
            ModelManifest manifest = folder.Store.FindEntry(ModelName.Parse(name))!.Manifest;
            try
            {
                await folder.Store.PushAsync(name, s_options with { StallTimeout = TimeSpan.FromSeconds(1), Retries = 3 }, progress: null, cancellationToken);
                Interlocked.Increment(ref whole);
                Assert.NotNull(registry.Manifest("library/m:t"));
            }
            catch (StoreException e)
            {
                Assert.Equal("upload_failed", e.Code);
            }

            if (registry.Manifest("library/m:t") is not null)
            {
                Assert.All(manifest.Blobs, blob => Assert.Equal(blob.Digest, BlobDigest.Of(registry.Blob(blob.Digest))));
            }

            registry.Faults = static _ => Fault.None;
            await folder.Store.PushAsync(name, s_options, progress: null, cancellationToken);
            Assert.All(manifest.Blobs, blob => Assert.Equal(blob.Digest, BlobDigest.Of(registry.Blob(blob.Digest))));
        });

        // Neither all nor none: faults came, and were overcome.
        Assert.InRange(whole, 6, 59);
    }

    private async Task<string> CreateAsync(TestRegistry registry)
    {
        string name = $"{registry.Host}/library/m:t";
        await _folder.CreateAsync(name, $"FROM {_folder.WriteModel()}\nSYSTEM Be brief.\n");
        return name;
    }

    private static Func<RegistryRequest, Fault> Chance(ulong seed)
    {
        SplitMix64 dice = new(seed);
        int percent = dice.Below(70);
        Fault[] faults = [Fault.Drop, Fault.Truncate, Fault.Stall, Fault.TooManyRequests, Fault.Failure, Fault.Unavailable];
        Lock gate = new();
        return _ =>
        {
            lock (gate)
            {
                Fault fault = faults[dice.Below(faults.Length)];
                bool isFault = dice.Below(100) < percent;

                // Waiting is what takes the time of this test.
                return isFault && (fault != Fault.Stall || dice.Below(4) == 0) ? fault : Fault.None;
            }
        };
    }
}
