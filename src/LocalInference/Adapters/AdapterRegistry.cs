using System.Globalization;
using System.Text;
using LocalInference.Abstractions;
using LocalInference.Native;

namespace LocalInference;

/// <summary>
/// The adapters of a model, by name. They are loaded, replaced and unloaded while requests run; a request that has begun
/// keeps those that it began with. Safe for concurrent use.
/// </summary>
internal sealed class AdapterRegistry(ModelHandle model, CheckedModel file) : IDisposable
{
    // Each request may choose its own scales; sets beyond this many are made anew when somebody comes back to them.
    private const int MostSets = 64;

    // Large enough for any disk's full speed.
    private const int ReadBytes = 1 << 20;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, LoadedAdapter> _entries = new(StringComparer.Ordinal);
    private readonly List<AdapterSet> _sets = [];
    private AdapterSelection[] _defaults = [];
    private bool _disposed;

    /// <summary>What is loaded, in the order of the names.</summary>
    public IReadOnlyList<AdapterInfo> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _entries.Values.Select(static e => e.Info).OrderBy(static i => i.Name, StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>Loads an adapter; one of the same name is replaced.</summary>
    /// <exception cref="AdapterException">It is none of this model's.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public AdapterInfo Load(string name, string path)
    {
        AdapterInfo info = AdapterFileCheck.CheckServed(name, path, file);
        byte[] digest = ModelDigest.Of(info.Path);
        LoadedAdapter adapter = info.Kind == AdapterKind.ControlVector
            ? new LoadedAdapter(info, ControlVectorFile.Read(info, file)) { Digest = digest }
            : new LoadedAdapter(info, Open(info)) { Digest = digest };
        LoadedAdapter? replaced;
        lock (_gate)
        {
            if (_disposed)
            {
                adapter.Dispose();
                throw new ObjectDisposedException(nameof(LocalModel));
            }

            _entries.TryGetValue(name, out replaced);
            _entries[name] = adapter;
        }

        replaced?.Dispose();
        return info;
    }

    /// <summary>Uses these adapters for requests that choose none.</summary>
    public void SetDefaults(IEnumerable<AdapterSelection> selections) => _defaults = [.. selections];

    /// <summary>Unloads an adapter once nobody computes with it; false if there is none of that name.</summary>
    public bool Unload(string name)
    {
        LoadedAdapter? removed;
        lock (_gate)
        {
            _entries.Remove(name, out removed);
            _defaults = Array.FindAll(_defaults, d => !string.Equals(d.Name, name, StringComparison.Ordinal));
        }

        removed?.Dispose();
        return removed is not null;
    }

    /// <summary>The set that a request asks for, acquired for it.</summary>
    /// <param name="selections">What it chose; <see langword="null"/>: the defaults.</param>
    /// <exception cref="AdapterException">One is not loaded.</exception>
    /// <exception cref="GenerationException">A scale is no number, or one is chosen twice.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public AdapterSet Acquire(IReadOnlyList<AdapterSelection>? selections)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(LocalModel));
            List<(LoadedAdapter Adapter, float Scale)> chosen = [];
            foreach (AdapterSelection selection in selections ?? _defaults)
            {
                LoadedAdapter adapter = Validate(selection);
                if (chosen.Exists(c => c.Adapter == adapter))
                {
                    throw ExceptionFactory.Option(nameof(GenerationOptions.Adapters), $"'{selection.Name}' is there twice", selection.Name);
                }

                if (selection.Scale != 0)
                {
                    chosen.Add((adapter, selection.Scale));
                }
            }

            if (chosen.Count == 0)
            {
                return AdapterSet.None;
            }

            // Their changes are added up: the order means nothing.
            chosen.Sort(static (a, b) => a.Adapter.Id.CompareTo(b.Adapter.Id));
            AdapterSet set = Intern([.. chosen.Select(static c => c.Adapter)], [.. chosen.Select(static c => c.Scale)]);
            set.Acquire();
            return set;
        }
    }

    public void Dispose()
    {
        LoadedAdapter[] entries;
        lock (_gate)
        {
            _disposed = true;
            entries = [.. _entries.Values];
            _entries.Clear();
            _sets.Clear();
        }

        foreach (LoadedAdapter entry in entries)
        {
            entry.Dispose();
        }
    }

    private LoadedAdapter Validate(AdapterSelection selection)
    {
        if (!float.IsFinite(selection.Scale))
        {
            throw ExceptionFactory.Option(nameof(GenerationOptions.Adapters), $"the scale of '{selection.Name}' must be a finite number", selection.Scale.ToString(CultureInfo.InvariantCulture));
        }

        return _entries.TryGetValue(selection.Name, out LoadedAdapter? adapter)
            ? adapter
            : throw ExceptionFactory.AdapterUnknown(selection.Name, _entries.Keys.Order(StringComparer.Ordinal));
    }

    private AdapterSet Intern(LoadedAdapter[] adapters, float[] scales)
    {
        _sets.RemoveAll(static s => s.IsRetired);
        int index = _sets.FindIndex(s => s.Consists(adapters, scales));
        AdapterSet set = index >= 0 ? _sets[index] : new AdapterSet(adapters, scales);
        if (index >= 0)
        {
            _sets.RemoveAt(index);
        }
        else if (_sets.Count == MostSets)
        {
            _sets[0].Forget();
            _sets.RemoveAt(0);
        }

        // The last one used last: the first is the one to forget.
        _sets.Add(set);
        return set;
    }

    private unsafe AdapterHandle Open(AdapterInfo info)
    {
        ReadAhead(info.Path);

        // The model may be disposed while the file is read.
        using ModelLease lease = new(model);
        using NativeLog.Capture log = NativeLog.Watch();
        lock (model.AdapterGate)
        {
            fixed (byte* path = Encoding.UTF8.GetBytes(info.Path + '\0'))
            {
                llama_adapter_lora* adapter = Llama.llama_adapter_lora_init(model.Pointer, path);
                return adapter != null
                    ? new AdapterHandle(adapter, model)
                    : throw ExceptionFactory.Adapter(info.Name, log.Last ?? "llama.cpp refused it");
            }
        }
    }

    // From a slow disk, so that llama.cpp finds it in the system's cache: as long as it reads, at the gate, no engine of the model can
    // change its adapters, and requests wait.
    private static void ReadAhead(string path)
    {
        try
        {
            using FileStream adapter = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
            adapter.CopyTo(Stream.Null, ReadBytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // llama.cpp says what is wrong with it.
        }
    }
}
