using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using LocalInference.Server.Http;

namespace LocalInference.Server.OpenAI.Batches;

/// <summary>
/// Files and batches in a folder. What is told of one lies in <c>ID.json</c> and is written whole or not at all; the content of a file
/// lies in <c>ID</c>, and without the other it is one that is being written. Ids of callers are looked up and are never part of a path.
/// Safe for concurrent use within one process; others are kept out.
/// </summary>
internal sealed class BatchStore(BatchOptions options, TimeProvider time) : IDisposable
{
    private const string Description = ".json";
    private const string Unfinished = ".new";
    private const int MostUnfinishedBatches = 100;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, OwnedFile> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OwnedBatch> _batches = new(StringComparer.Ordinal);
    private FileStream? _claim;

    public BatchOptions Options => options;

    /// <summary>Whether there is anything to open.</summary>
    public bool IsThere => Directory.Exists(options.Directory);

    private string Files => Path.Combine(options.Directory, "files");

    private string Batches => Path.Combine(options.Directory, "batches");

    public static string NewId(string prefix) => prefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    public long Now() => time.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>Where a file's content lies, or is being written.</summary>
    public string ContentOf(string fileId) => Path.Combine(Files, fileId);

    /// <summary>The files of an owner, the latest first.</summary>
    public IReadOnlyList<StoredFile> ListFiles(string? owner)
    {
        lock (_gate)
        {
            Open();
            return [.. _files.Values.Where(one => one.Owner == owner && !IsExpired(one.File)).Select(static one => one.File).OrderByDescending(static file => file.CreatedAt).ThenBy(static file => file.Id, StringComparer.Ordinal)];
        }
    }

    public StoredFile? FindFile(string id, string? owner)
    {
        lock (_gate)
        {
            Open();
            return _files.TryGetValue(id, out OwnedFile? found) && found.Owner == owner && !IsExpired(found.File) ? found.File : null;
        }
    }

    /// <summary>Makes room for a file that is about to be written.</summary>
    /// <exception cref="RequestException">There is none.</exception>
    public void Reserve()
    {
        lock (_gate)
        {
            Open();
            RemoveExpired();
            if (_files.Values.Sum(static one => one.File.Bytes) >= options.MaxTotalBytes)
            {
                throw new RequestException(new Fault(FaultKind.DiskFull, $"All files together have {options.MaxTotalBytes} bytes, which is the most. Delete some.") { Code = "storage_full" });
            }
        }
    }

    /// <summary>Makes a content that is written a file.</summary>
    public void AddFile(OwnedFile file)
    {
        lock (_gate)
        {
            Save(Path.Combine(Files, file.File.Id + Description), file, BatchJson.Default.OwnedFile);
            _files[file.File.Id] = file;
        }
    }

    public bool RemoveFile(string id, string? owner)
    {
        lock (_gate)
        {
            if (FindFile(id, owner) is null)
            {
                return false;
            }

            Drop(id);
            return true;
        }
    }

    /// <summary>The batches of an owner, the latest first.</summary>
    public IReadOnlyList<Batch> ListBatches(string? owner)
    {
        lock (_gate)
        {
            Open();
            return [.. _batches.Values.Where(one => one.Owner == owner).Select(static one => one.Batch).OrderByDescending(static batch => batch.CreatedAt).ThenBy(static batch => batch.Id, StringComparer.Ordinal)];
        }
    }

    public OwnedBatch? FindBatch(string id, string? owner)
    {
        lock (_gate)
        {
            Open();
            return _batches.TryGetValue(id, out OwnedBatch? found) && found.Owner == owner ? found : null;
        }
    }

    /// <summary>Those that have not ended, the oldest first.</summary>
    public IReadOnlyList<OwnedBatch> UnfinishedBatches()
    {
        lock (_gate)
        {
            Open();
            return [.. _batches.Values.Where(static one => !BatchStatus.HasEnded(one.Batch.Status)).OrderBy(static one => one.Batch.CreatedAt)];
        }
    }

    /// <exception cref="RequestException">Too many have not ended.</exception>
    public void AddBatch(OwnedBatch batch)
    {
        lock (_gate)
        {
            if (UnfinishedBatches().Count >= MostUnfinishedBatches)
            {
                throw new RequestException(new Fault(FaultKind.Busy, $"{MostUnfinishedBatches} batches have not ended. Try again when one has.") { Code = "busy", RetryAfter = TimeSpan.FromMinutes(1) });
            }

            SaveBatch(batch);
        }
    }

    /// <summary>Changes what is told of a batch.</summary>
    /// <param name="id">The batch.</param>
    /// <param name="change">Makes what it becomes of what it is.</param>
    /// <param name="isKept">Whether it is written to the disk; counts are found again there by whoever goes on.</param>
    public OwnedBatch ChangeBatch(string id, Func<Batch, Batch> change, bool isKept)
    {
        lock (_gate)
        {
            OwnedBatch changed = _batches[id] with { Batch = change(_batches[id].Batch) };
            if (isKept)
            {
                SaveBatch(changed);
            }
            else
            {
                _batches[id] = changed;
            }

            return changed;
        }
    }

    /// <summary>Opens the folder, unless it is open.</summary>
    /// <exception cref="RequestException">Another server uses it, or it cannot be made.</exception>
    public void Open()
    {
        lock (_gate)
        {
            if (_claim is not null)
            {
                return;
            }

            try
            {
                foreach (string folder in (string[])[options.Directory, Files, Batches])
                {
                    CreatePrivate(folder);
                }

                var claim = new FileStream(Path.Combine(options.Directory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                try
                {
                    Load();
                    _claim = claim;
                }
                finally
                {
                    if (_claim is null)
                    {
                        claim.Dispose();
                    }
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new RequestException(new Fault(FaultKind.Busy, "Files and batches cannot be kept now: their folder is another server's, or not writable.") { Code = "batches_unavailable", RetryAfter = TimeSpan.FromMinutes(1) });
            }
        }
    }

    public void Dispose() => _claim?.Dispose();

    private static void CreatePrivate(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private void Load()
    {
        // Of an attempt before that failed half-way.
        _files.Clear();
        _batches.Clear();
        foreach (string path in Directory.EnumerateFiles(Batches, "*" + Description))
        {
            if (Read(path, BatchJson.Default.OwnedBatch) is { } batch)
            {
                _batches[batch.Batch.Id] = batch;
            }
        }

        foreach (string path in Directory.EnumerateFiles(Files, "*" + Description))
        {
            if (Read(path, BatchJson.Default.OwnedFile) is { } file && File.Exists(ContentOf(file.File.Id)))
            {
                _files[file.File.Id] = file;
            }
        }

        // What a server that was killed was writing, but for what its batches go on with.
        HashSet<string> written = [.. _batches.Values.Where(static one => !BatchStatus.HasEnded(one.Batch.Status)).SelectMany(static one => (string[])[one.OutputId, one.ErrorId])];
        foreach (string path in Directory.GetFiles(Files))
        {
            string name = Path.GetFileName(path);
            if (!_files.ContainsKey(name) && !written.Contains(name) && !(name.EndsWith(Description, StringComparison.Ordinal) && _files.ContainsKey(name[..^Description.Length])))
            {
                File.Delete(path);
            }
        }

        RemoveExpired();
    }

    private void RemoveExpired()
    {
        foreach (string id in _files.Values.Where(one => IsExpired(one.File)).Select(static one => one.File.Id).ToArray())
        {
            Drop(id);
        }

        long oldest = Now() - (long)options.Lifetime.TotalSeconds;
        foreach (string id in _batches.Values.Where(one => BatchStatus.HasEnded(one.Batch.Status) && one.Batch.CreatedAt < oldest).Select(static one => one.Batch.Id).ToArray())
        {
            _batches.Remove(id);
            File.Delete(Path.Combine(Batches, id + Description));
        }
    }

    private bool IsExpired(StoredFile file) => file.ExpiresAt <= Now();

    // First what tells of it: a content alone is thrown away.
    private void Drop(string id)
    {
        _files.Remove(id);
        File.Delete(Path.Combine(Files, id + Description));
        File.Delete(ContentOf(id));
    }

    private void SaveBatch(OwnedBatch batch)
    {
        Save(Path.Combine(Batches, batch.Batch.Id + Description), batch, BatchJson.Default.OwnedBatch);
        _batches[batch.Batch.Id] = batch;
    }

    private static void Save<T>(string path, T value, JsonTypeInfo<T> type)
    {
        using (var file = new FileStream(path + Unfinished, FileMode.Create, FileAccess.Write))
        {
            JsonSerializer.Serialize(file, value, type);
            file.Flush(flushToDisk: true);
        }

        File.Move(path + Unfinished, path, overwrite: true);
    }

    // A description that cannot be read is as one that is not there: the others are still of use.
    private static T? Read<T>(string path, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
