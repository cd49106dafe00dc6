using System.Numerics.Tensors;

namespace LocalInference.Providers;

/// <summary>Keeps answers by key, bounded by number, bytes and age. Safe for concurrent use.</summary>
internal sealed class AnswerStore(ResponseCacheOptions options, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<AnswerKey, LinkedListNode<Entry>> _entries = [];
    private readonly Dictionary<AnswerKey, List<Entry>> _similar = [];

    /// <summary>The one used last comes first.</summary>
    private readonly LinkedList<Entry> _order = [];
    private long _bytes;

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _entries.Count;
            }
        }
    }

    public long Bytes
    {
        get
        {
            lock (_lock)
            {
                return _bytes;
            }
        }
    }

    public KeptAnswer? Find(AnswerKey key)
    {
        lock (_lock)
        {
            return _entries.TryGetValue(key, out LinkedListNode<Entry>? node) ? Use(node) : null;
        }
    }

    /// <summary>The answer to the question that is nearest, if it is near enough.</summary>
    public (AnswerKey Key, KeptAnswer Answer)? FindSimilar(Question question, float threshold)
    {
        lock (_lock)
        {
            Entry? best = null;
            foreach (Entry entry in _similar.GetValueOrDefault(question.Conversation) ?? [])
            {
                float cosine = entry.Question!.Vector.Length == question.Vector.Length ? TensorPrimitives.Dot(entry.Question.Vector, question.Vector) : 0;
                if (cosine >= threshold)
                {
                    threshold = cosine;
                    best = entry;
                }
            }

            return best is not null && Use(_entries[best.Key]) is { } answer ? (best.Key, answer) : null;
        }
    }

    public void Add(AnswerKey key, KeptAnswer answer, Question? question)
    {
        var entry = new Entry(key, answer, question, time.GetTimestamp());
        if (entry.Bytes > options.MaxBytes)
        {
            return;
        }

        lock (_lock)
        {
            if (_entries.TryGetValue(key, out LinkedListNode<Entry>? old))
            {
                Remove(old);
            }

            while (_entries.Count >= options.MaxEntries || _bytes + entry.Bytes > options.MaxBytes)
            {
                Remove(_order.Last!);
            }

            _entries[key] = _order.AddFirst(entry);
            _bytes += entry.Bytes;
            if (question is not null)
            {
                if (!_similar.TryGetValue(question.Conversation, out List<Entry>? list))
                {
                    _similar[question.Conversation] = list = [];
                }

                list.Add(entry);
            }
        }
    }

    /// <summary>Forgets an answer, unless another one has taken its place.</summary>
    public void Remove(AnswerKey key, KeptAnswer answer)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(key, out LinkedListNode<Entry>? node) && ReferenceEquals(node.Value.Answer, answer))
            {
                Remove(node);
            }
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            _entries.Clear();
            _similar.Clear();
            _order.Clear();
            _bytes = 0;
        }
    }

    private KeptAnswer? Use(LinkedListNode<Entry> node)
    {
        if (time.GetElapsedTime(node.Value.Since) > options.TimeToLive)
        {
            Remove(node);
            return null;
        }

        _order.Remove(node);
        _order.AddFirst(node);
        return node.Value.Answer;
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        Entry entry = node.Value;
        _entries.Remove(entry.Key);
        _order.Remove(node);
        _bytes -= entry.Bytes;
        if (entry.Question is { } question && _similar.TryGetValue(question.Conversation, out List<Entry>? list))
        {
            list.Remove(entry);
            if (list.Count == 0)
            {
                _similar.Remove(question.Conversation);
            }
        }
    }

    private sealed class Entry(AnswerKey key, KeptAnswer answer, Question? question, long since)
    {
        public AnswerKey Key => key;

        public KeptAnswer Answer => answer;

        public Question? Question => question;

        public long Since => since;

        public long Bytes { get; } = answer.Bytes + (4L * (question?.Vector.Length ?? 0));
    }
}
