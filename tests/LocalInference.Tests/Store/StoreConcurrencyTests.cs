using LocalInference.Abstractions;
using LocalInference.TestModels;

namespace LocalInference.Tests.Store;

/// <summary>Several who use one store: its locks, and what others see.</summary>
public sealed class StoreConcurrencyTests : IDisposable
{
    private readonly StoreFolder _folder = new();

    private ModelStore Store => _folder.Store;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_another_process_changes_is_seen()
    {
        ModelStore other = _folder.Open();
        Assert.Empty(other.List());
        await _folder.CreateAsync("one", $"FROM {_folder.WriteModel()}");
        await StoreFolder.SeeAsync(() => other.Find("one") is not null);

        await _folder.CreateAsync("one", $"FROM one\nSYSTEM changed");
        await StoreFolder.SeeAsync(() => other.Find("one")!.Digest == Store.Find("one")!.Digest);

        Store.Remove("one");
        await StoreFolder.SeeAsync(() => other.List().Count == 0);
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
    public async Task Many_who_change_a_store_at_once_leave_it_whole()
    {
        string[] files = [_folder.WriteModel("a.gguf", 1), _folder.WriteModel("b.gguf", 2)];
        string[] names = ["one", "two", "three"];
        DateTime end = DateTime.UtcNow.AddSeconds(4);

        // On a slow disk four seconds may be too few for something to have happened.
        DateTime last = end.AddMinutes(1);
        int created = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(index => Task.Run(async () =>
        {
            SplitMix64 dice = new((ulong)index);
            ModelStore store = OpenOne();
            while (DateTime.UtcNow < end || (Volatile.Read(ref created) < 4 && DateTime.UtcNow < last))
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

    private ModelStore OpenOne()
    {
        lock (_folder)
        {
            return _folder.Open();
        }
    }
}
