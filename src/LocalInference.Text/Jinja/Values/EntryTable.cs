using System.Runtime.CompilerServices;

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
    public JinjaValue this[JinjaValue key]
    {
        set
        {
            JinjaValue of = UndefinedObject.IfMissing(value);
            int place = PlaceOf(key);
            if (place >= 0)
            {
                _entries[place].Value = of;
            }
            else
            {
                Add(key, of);
            }
        }
    }

    public JinjaValue KeyAt(int index) => _entries[index].Key;

    public JinjaValue ValueAt(int index) => _entries[index].Value;

    /// <summary>The value of a key; missing if it is not there.</summary>
    // One copy for all nodes, as of TextBuffer.Append.
    [MethodImpl(MethodImplOptions.NoInlining)]
    public JinjaValue Find(JinjaValue key)
    {
        int place = PlaceOf(key);
        return place < 0 ? default : _entries[place].Value;
    }

    /// <summary>Takes a key out; its value, missing if it was not there.</summary>
    public JinjaValue Remove(JinjaValue key)
    {
        int place = PlaceOf(key);
        if (place < 0)
        {
            return default;
        }

        JinjaValue value = _entries[place].Value;
        RemoveAt(place);
        return value;
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
    private static int MarkOf(ReadOnlySpan<char> text) => text.IsEmpty ? 0 : (text.Length << 16) ^ (text[0] << 8) ^ text[^1];

    private int PlaceOf(JinjaValue key)
    {
        if (_places is not null || !key.IsString)
        {
            return PlaceOfAny(key);
        }

        ReadOnlySpan<char> text = key.Span;
        int mark = MarkOf(text);
        ReadOnlySpan<Entry> entries = _entries.AsSpan(0, Count);
        for (int i = 0; i < entries.Length; i++)
        {
            if (entries[i].Mark == mark && entries[i].Key.IsString && entries[i].Key.Span.SequenceEqual(text))
            {
                return i;
            }
        }

        return -1;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int PlaceOfAny(JinjaValue key)
    {
        if (_places is not null)
        {
            return _places.TryGetValue(key, out int place) ? place : -1;
        }

        for (int i = 0; i < Count; i++)
        {
            if (PythonEquality.AreEqual(_entries[i].Key, key))
            {
                return i;
            }
        }

        return -1;
    }

    private void Add(JinjaValue key, JinjaValue value)
    {
        if (Count == _entries.Length)
        {
            Array.Resize(ref _entries, Math.Max(4, Count * 2));
        }

        _entries[Count] = new Entry(key.IsString ? MarkOf(key.Span) : 0, key, value);
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
