using System.Text;
using LocalInference.Abstractions;
using LocalInference.Text;

namespace LocalInference.Providers;

/// <summary>
/// Puts the calls of an answer together from their pieces. Each gets an id of its own: where a provider gives none, or one that another
/// call of the answer has, it is made here, because results are matched to calls by it.
/// </summary>
internal sealed class ToolCallCollector(Queue<GenerationEvent> events)
{
    private readonly List<Call> _calls = [];
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);

    /// <summary>Whether the answer holds any.</summary>
    public bool HasCalls => _calls.Count > 0;

    /// <summary>Whether the call that is under way at a place of the provider's numbering is this one, as far as its id tells.</summary>
    public bool IsUnderWay(int place, string? id) => Find(place) is { } call && (string.IsNullOrEmpty(id) || id == call.WireId);

    /// <summary>A call begins; one that was under way at the same place is over.</summary>
    public void Begin(int place, string? id, string name)
    {
        End(place);
        string unique = !string.IsNullOrEmpty(id) && _ids.Add(id) ? id : MakeId();
        var call = new Call(_calls.Count, place, id, unique, name);
        _calls.Add(call);
        events.Enqueue(new ToolCallStarted(call.Index, call.Id, call.Name));
    }

    /// <summary>More arguments of the call under way at a place; without one they belong to nothing.</summary>
    public void Append(int place, string arguments)
    {
        if (arguments.Length > 0 && Find(place) is { } call)
        {
            call.Arguments.Append(arguments);
            events.Enqueue(new ToolArgumentsDelta(call.Index, arguments));
        }
    }

    /// <summary>The call under way at a place is over.</summary>
    public void End(int place)
    {
        if (Find(place) is { } call)
        {
            Complete(call);
        }
    }

    /// <summary>All calls under way are over.</summary>
    public void EndAll()
    {
        foreach (Call call in _calls.Where(static call => !call.IsOver))
        {
            Complete(call);
        }
    }

    private void Complete(Call call)
    {
        call.IsOver = true;
        if (call.Arguments.Length == 0)
        {
            // A function without parameters; the deltas have to make up the arguments.
            call.Arguments.Append("{}");
            events.Enqueue(new ToolArgumentsDelta(call.Index, "{}"));
        }

        string arguments = call.Arguments.ToString();
        var json = new PartialJson();
        bool isComplete = json.Append(arguments) && json.State == PartialJsonState.Complete;
        events.Enqueue(new ToolCallCompleted(call.Index, call.Id, call.Name, isComplete ? arguments : json.ToJson() ?? "{}", isComplete));
    }

    private Call? Find(int place) => _calls.FindLast(call => call.Place == place && !call.IsOver);

    private string MakeId()
    {
        string id = $"call_{Guid.NewGuid():N}";
        _ids.Add(id);
        return id;
    }

    private sealed record Call(int Index, int Place, string? WireId, string Id, string Name)
    {
        public StringBuilder Arguments { get; } = new();

        public bool IsOver { get; set; }
    }
}
