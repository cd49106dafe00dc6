namespace LocalInference.Text.Jinja;

/// <summary>
/// The entries of a map, in the order in which their keys came. Maps of messages and tools have a handful of keys: those are
/// compared one after the other, by a mark first, which costs a fraction of hashing a text; larger maps are hashed.
/// </summary>
internal sealed class EntryTable
{
    private const int MostScanned = 8;

    private Entry[] _entries;
    private Dictionary<JinjaValue, int>? _places;

    public EntryTable(int capacity = 0) => _entries = capacity == 0 ? [] : new Entry[capacity];

    public int Count { get; private set; }

    /// <summary>Sets a key's value: in its place if the key is there, else at the end.</summary>
    public JinjaValue this[in JinjaValue key]
    {
        set
        {
            int place = Find(key);
            if (place >= 0)
            {
                _entries[place].Value = value;
            }
            else
            {
                Add(key, value);
            }
        }
    }

    public JinjaValue KeyAt(int index) => _entries[index].Key;

    public JinjaValue ValueAt(int index) => _entries[index].Value;

    public bool TryGetValue(in JinjaValue key, out JinjaValue value)
    {
        int place = Find(key);
        value = place < 0 ? default : _entries[place].Value;
        return place >= 0;
    }

    public bool Remove(in JinjaValue key, out JinjaValue value)
    {
        int place = Find(key);
        value = place < 0 ? default : _entries[place].Value;
        if (place >= 0)
        {
            RemoveAt(place);
        }

        return place >= 0;
    }

    public void RemoveAt(int index)
    {
        _places?.Remove(_entries[index].Key);
        Count--;
        Array.Copy(_entries, index + 1, _entries, index, Count - index);
        _entries[Count] = default;
        for (int i = index; _places is not null && i < Count; i++)
        {
            _places[_entries[i].Key] = i;
        }
    }

    public void Clear()
    {
        _entries = [];
        _places = null;
        Count = 0;
    }

    // Length and both ends of a text tell nearly all keys of one map from each other.
    private static int MarkOf(in JinjaValue key)
    {
        if (!key.IsString)
        {
            return PythonEquality.Instance.GetHashCode(key);
        }

        ReadOnlySpan<char> text = key.Span;
        return text.IsEmpty ? 0 : (text.Length << 16) ^ (text[0] << 8) ^ text[^1];
    }

    private int Find(in JinjaValue key)
    {
        if (_places is not null)
        {
            return _places.TryGetValue(key, out int place) ? place : -1;
        }

        int mark = MarkOf(key);
        ReadOnlySpan<Entry> entries = _entries.AsSpan(0, Count);
        for (int i = 0; i < entries.Length; i++)
        {
            if (entries[i].Mark == mark && PythonEquality.AreEqual(entries[i].Key, key))
            {
                return i;
            }
        }

        return -1;
    }

    private void Add(in JinjaValue key, in JinjaValue value)
    {
        if (Count == _entries.Length)
        {
            Array.Resize(ref _entries, Math.Max(4, Count * 2));
        }

        _entries[Count] = new Entry(MarkOf(key), key, value);
        Count++;
        if (_places is not null)
        {
            _places.Add(key, Count - 1);
        }
        else if (Count > MostScanned)
        {
            _places = new Dictionary<JinjaValue, int>(Count * 2, PythonEquality.Instance);
            for (int i = 0; i < Count; i++)
            {
                _places.Add(_entries[i].Key, i);
            }
        }
    }

    private struct Entry(int mark, JinjaValue key, JinjaValue value)
    {
        public readonly int Mark = mark;
        public readonly JinjaValue Key = key;
        public JinjaValue Value = value;
    }
}
