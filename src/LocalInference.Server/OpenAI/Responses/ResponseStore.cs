namespace LocalInference.Server.OpenAI.Responses;

/// <summary>The last responses, in memory; the oldest go when there are too many. Each is found by its owner only. Safe for concurrent use.</summary>
/// <param name="mostResponses">How many are kept.</param>
/// <param name="mostBytes">How many bytes they may take together.</param>
internal sealed class ResponseStore(int mostResponses, long mostBytes)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<StoredResponse>> _byId = new(StringComparer.Ordinal);
    private readonly LinkedList<StoredResponse> _byAge = new();
    private long _bytes;

    /// <summary>How many are made in the background at the moment.</summary>
    public int RunningCount
    {
        get
        {
            lock (_gate)
            {
                return _byAge.Count(static response => response.Run is { IsRunning: true });
            }
        }
    }

    public void Add(StoredResponse response)
    {
        lock (_gate)
        {
            _byId.Add(response.Id, _byAge.AddLast(response));
            _bytes += response.Bytes;
            Shrink();
        }
    }

    /// <summary>Puts a response in the place of what it was; one that is gone stays so.</summary>
    public void Replace(StoredResponse response)
    {
        lock (_gate)
        {
            if (_byId.TryGetValue(response.Id, out LinkedListNode<StoredResponse>? node))
            {
                _bytes += response.Bytes - node.Value.Bytes;
                node.Value = response;
                Shrink();
            }
        }
    }

    public StoredResponse? Find(string id, string? owner)
    {
        lock (_gate)
        {
            return _byId.TryGetValue(id, out LinkedListNode<StoredResponse>? node) && node.Value.Owner == owner ? node.Value : null;
        }
    }

    public StoredResponse? Remove(string id, string? owner)
    {
        lock (_gate)
        {
            if (!_byId.TryGetValue(id, out LinkedListNode<StoredResponse>? node) || node.Value.Owner != owner)
            {
                return null;
            }

            Drop(node);
            return node.Value;
        }
    }

    private void Shrink()
    {
        while (_byAge.First is { } oldest && (_byAge.Count > mostResponses || _bytes > mostBytes))
        {
            Drop(oldest);
        }
    }

    private void Drop(LinkedListNode<StoredResponse> node)
    {
        _byAge.Remove(node);
        _byId.Remove(node.Value.Id);
        _bytes -= node.Value.Bytes;
    }
}
