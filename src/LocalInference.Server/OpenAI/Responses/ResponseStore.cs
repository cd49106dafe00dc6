using System.Runtime.InteropServices;
using System.Text.Json;

namespace LocalInference.Server.OpenAI.Responses;

/// <summary>
/// The last responses, in memory; the oldest go when there are too many. Each is found by its owner only, and so is each item of them.
/// Safe for concurrent use.
/// </summary>
/// <param name="mostResponses">How many are kept.</param>
/// <param name="mostBytes">How many bytes they may take together.</param>
internal sealed class ResponseStore(int mostResponses, long mostBytes)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<StoredResponse>> _byId = new(StringComparer.Ordinal);
    private readonly LinkedList<StoredResponse> _byAge = new();

    // Clients may give items ids of their own, so those of two owners may be the same. Responses of one conversation share items.
    private readonly Dictionary<(string? Owner, string Id), (JsonElement Item, int Uses)> _items = [];
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
            AddItems(response);
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
                AddItems(response);
                DropItems(node.Value);
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

    /// <summary>What a response that is kept answers or answered, by its id.</summary>
    /// <returns>The item; <see langword="null"/>: there is none, or it is another's.</returns>
    public JsonElement? FindItem(string id, string? owner)
    {
        lock (_gate)
        {
            return _items.TryGetValue((owner, id), out (JsonElement Item, int Uses) found) ? found.Item : null;
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
        DropItems(node.Value);
    }

    private void AddItems(StoredResponse response)
    {
        foreach ((string id, JsonElement item) in ItemsOf(response))
        {
            ref (JsonElement Item, int Uses) kept = ref CollectionsMarshal.GetValueRefOrAddDefault(_items, (response.Owner, id), out _);
            kept = (item, kept.Uses + 1);
        }
    }

    private void DropItems(StoredResponse response)
    {
        foreach ((string id, _) in ItemsOf(response))
        {
            ref (JsonElement Item, int Uses) kept = ref CollectionsMarshal.GetValueRefOrNullRef(_items, (response.Owner, id));
            if (--kept.Uses == 0)
            {
                _items.Remove((response.Owner, id));
            }
        }
    }

    // Only ids that this server drew: whoever has not been told one cannot guess it, where many share one key or none. Clients' own ones
    // ("msg_1") may be anybody's.
    private static IEnumerable<(string Id, JsonElement Item)> ItemsOf(StoredResponse response) =>
        response.Input.Concat(response.Output).Select(static item => (Id: item.GetProperty("id").GetString()!, item)).Where(static item => IsDrawn(item.Id));

    private static bool IsDrawn(string id) => id.LastIndexOf('_') is var mark && mark == id.Length - 33 && Guid.TryParseExact(id.AsSpan(mark + 1), "N", out _);
}
