namespace LocalInference;

/// <summary>One load of a model, from the first use that wants it until its memory is free again. Guarded by the host's gate.</summary>
/// <param name="location">The model.</param>
/// <param name="stamp">Its file when the load began.</param>
internal sealed class ModelSlot(ModelLocation location, FileStamp stamp)
{
    public ModelLocation Location => location;

    public string Name => location.Name;

    public ModelState State { get; set; }

    /// <summary>Uses that have the model or wait for it.</summary>
    public int Users { get; set; }

    /// <summary>How long it stays after the last use; negative: it stays.</summary>
    public TimeSpan KeepAlive { get; set; }

    /// <summary>When it is unloaded; <see langword="null"/>: it is in use, or stays.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }

    /// <summary>Grows with every use of any model, so that the least is the one used longest ago.</summary>
    public long LastUse { get; set; }

    /// <summary>The longest context that a use wanted, while that can still be heeded.</summary>
    public int? WantedContext { get; set; }

    /// <summary>Nobody new may use it: it is unloaded after the last use, for this reason.</summary>
    public ModelChange? Retirement { get; set; }

    public PreparedModel? Prepared { get; set; }

    /// <summary>The room that it has.</summary>
    public MemoryPlan? Memory { get; set; }

    public LocalModel? Model { get; set; }

    /// <summary>Completes with the room.</summary>
    public TaskCompletionSource<MemoryPlan> Room { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes with the model.</summary>
    public TaskCompletionSource<LocalModel> Ready { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when it takes no memory any more.</summary>
    public TaskCompletionSource Closed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Gives up the load.</summary>
    public CancellationTokenSource Abandonment { get; } = new();

    public bool IsPinned => KeepAlive < TimeSpan.Zero;

    /// <summary>How many may wait for the load: as many as may wait for the loaded model, which they come to all at once.</summary>
    public int MostWaiting => Math.Max(1, location.Options.QueueLimit);

    /// <summary>Whether a use is served by this load.</summary>
    public bool Serves(ModelLocation wanted, FileStamp wantedStamp, int? contextLength)
    {
        if (Retirement is not null || stamp != wantedStamp || !location.LoadsAs(wanted))
        {
            return false;
        }

        // More than the model was made for is not given, so it is no reason to load it again.
        return Memory is not { } memory || contextLength is null || LimitContext(contextLength.Value) <= memory.ContextLength;
    }

    /// <summary>The longest context that a use wanted and the model was made for.</summary>
    public int? ContextWanted() => WantedContext is { } wanted ? LimitContext(wanted) : null;

    private int LimitContext(int wanted) => (int)Math.Min(wanted, Prepared?.File.Description.ContextLength ?? wanted);
}
