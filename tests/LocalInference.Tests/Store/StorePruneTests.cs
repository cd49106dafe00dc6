namespace LocalInference.Tests.Store;

/// <summary>Which blobs go that no model needs.</summary>
public sealed class StorePruneTests : IDisposable
{
    private readonly StoreFolder _folder = new();

    private ModelStore Store => _folder.Store;

    public void Dispose() => _folder.Dispose();

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
}
