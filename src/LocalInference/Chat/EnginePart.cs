using LocalInference.Abstractions;

namespace LocalInference;

/// <summary>One generation of the engine. Leaving it at any time stops it.</summary>
internal sealed class EnginePart : IAsyncDisposable
{
    private readonly CancellationTokenSource _leave;
    private readonly IAsyncEnumerator<GenerationUpdate> _updates;
    private Task<bool>? _first;

    public EnginePart(LocalModel model, int[] tokens, GenerationOptions options, bool continues, CancellationToken cancellationToken)
    {
        // A refused request must leave nothing behind on a token that lives long, so the source is made of what is accepted.
        IAsyncEnumerable<GenerationUpdate> updates = model.Stream(tokens, options, continues, cancellationToken);
        _leave = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _updates = updates.GetAsyncEnumerator(_leave.Token);
    }

    /// <summary>Hands it to the engine; completes when that has taken it, not when it has computed something.</summary>
    public Task SubmitAsync()
    {
        // The model submits before it waits for the first time, so a refusal is there at once.
        _first = _updates.MoveNextAsync().AsTask();
        return _first.IsCompleted ? _first : Task.CompletedTask;
    }

    /// <summary>Whether there is another update, which <see cref="Current"/> is then.</summary>
    public ValueTask<bool> MoveNextAsync()
    {
        ValueTask<bool> next = _first is { } first ? new(first) : _updates.MoveNextAsync();
        _first = null;
        return next;
    }

    public GenerationUpdate Current => _updates.Current;

    public async ValueTask DisposeAsync()
    {
        if (_first is not null)
        {
            // An enumerator cannot be disposed while it moves.
            await _leave.CancelAsync().ConfigureAwait(false);
            await ((Task)_first).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await _updates.DisposeAsync().ConfigureAwait(false);
        _leave.Dispose();
    }
}
