using System.Runtime.ExceptionServices;
using LocalInference.Abstractions;
using LocalInference.Server.Http;
using LocalInference.Server.Operation;

namespace LocalInference.Server.Generation;

/// <summary>An answer that is being made: the request was accepted.</summary>
internal sealed class RunningAnswer : IAsyncDisposable
{
    private readonly IAsyncEnumerator<GenerationEvent> _events;
    private readonly CancellationTokenSource _stopping;
    private readonly CancellationToken _caller;
    private readonly CancellationToken _over;
    private Task<bool>? _moving;

    private RunningAnswer(IAsyncEnumerator<GenerationEvent> events, GenerationStarted started, CancellationTokenSource stopping, CancellationToken caller, CancellationToken over)
    {
        _events = events;
        Started = started;
        _stopping = stopping;
        _caller = caller;
        _over = over;
    }

    public GenerationStarted Started { get; }

    /// <summary>Told of each model that goes on with what another broke off.</summary>
    public Action<GenerationRoute>? Routed { get; set; }

    /// <summary>Begins an answer.</summary>
    /// <param name="generator">Answers it.</param>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="LocalInferenceException">The request cannot be run.</exception>
    public static Task<RunningAnswer> BeginAsync(ITextGenerator generator, GenerationRequest request, CancellationToken cancellationToken) =>
        BeginAsync(generator, request, cancellationToken, CancellationToken.None);

    /// <summary>Begins an answer that the server may give up before its caller does.</summary>
    /// <param name="generator">Answers it.</param>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Stops it: its caller has left.</param>
    /// <param name="over">Stops it: the server ends (<see cref="RequestDrain.Over"/>). It fails with <see cref="FaultKind.Stopping"/> then, here or later.</param>
    /// <exception cref="LocalInferenceException">The request cannot be run.</exception>
    public static async Task<RunningAnswer> BeginAsync(ITextGenerator generator, GenerationRequest request, CancellationToken cancellationToken, CancellationToken over)
    {
        var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, over);
        IAsyncEnumerator<GenerationEvent> events = generator.GenerateAsync(request, stopping.Token).GetAsyncEnumerator(stopping.Token);
        try
        {
            return await events.MoveNextAsync().ConfigureAwait(false) && events.Current is GenerationStarted started
                ? new RunningAnswer(events, started, stopping, cancellationToken, over)
                : throw new InvalidOperationException("The generator's first event is not its start.");
        }
        catch (Exception e)
        {
            await events.DisposeAsync().ConfigureAwait(false);
            stopping.Dispose();
            if (RequestDrain.HasEnded(e, cancellationToken, over))
            {
                throw RequestException.Stopping();
            }

            throw;
        }
    }

    /// <summary>Reads the answer to its end.</summary>
    /// <param name="read">Gets each event after the first.</param>
    public async Task ReadAsync(Func<GenerationEvent, ValueTask> read)
    {
        try
        {
            while (await MoveAsync().ConfigureAwait(false))
            {
                if (_events.Current is AnswerContinued { Route: var route })
                {
                    Routed?.Invoke(route);
                }

                await read(_events.Current).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (RequestDrain.HasEnded(e, _caller, _over))
        {
            throw RequestException.Stopping();
        }
    }

    /// <summary>Waits for the first event behind the start.</summary>
    /// <param name="interval">How long to wait until <paramref name="waited"/> is called, again and again.</param>
    /// <param name="time">The clock.</param>
    /// <param name="waited">Tells the caller that there will be an answer.</param>
    public async Task WaitAsync(TimeSpan interval, TimeProvider time, Func<Task> waited)
    {
        _moving = _events.MoveNextAsync().AsTask();
        while (!_moving.IsCompleted)
        {
            using var next = new CancellationTokenSource();
            if (await Task.WhenAny(_moving, Task.Delay(interval, time, next.Token)).ConfigureAwait(false) == _moving)
            {
                await next.CancelAsync().ConfigureAwait(false);
                return;
            }

            await waited().ConfigureAwait(false);
        }
    }

    /// <summary>Reads the answer to its end and sends what is written of it, at the latest when there is nothing more to write yet.</summary>
    /// <param name="write">Writes each event after the first into the stream.</param>
    /// <param name="stream">The stream.</param>
    public async Task SendAsync(Action<GenerationEvent> write, EventStream stream)
    {
        try
        {
            await SendAllAsync(write, stream).ConfigureAwait(false);
        }
        catch (Exception e) when (RequestDrain.HasEnded(e, _caller, _over))
        {
            throw RequestException.Stopping();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_moving is { } moving)
        {
            // An enumeration can be left only between two of its steps.
            await ((Task)moving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await _events.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task SendAllAsync(Action<GenerationEvent> write, EventStream stream)
    {
        while (true)
        {
            ValueTask<bool> next = MoveAsync();
            Exception? left = null;
            if (!next.IsCompleted || stream.IsFull)
            {
                try
                {
                    await stream.FlushAsync().ConfigureAwait(false);
                }
#pragma warning disable CA1031 // Thrown again below: an enumeration can be left only between two of its steps.
                catch (Exception e)
#pragma warning restore CA1031
                {
                    left = e;
                }
            }

            bool moved = await next.ConfigureAwait(false);
            if (left is not null)
            {
                ExceptionDispatchInfo.Throw(left);
            }

            if (!moved)
            {
                return;
            }

            write(_events.Current);
        }
    }

    private ValueTask<bool> MoveAsync()
    {
        ValueTask<bool> next = _moving is { } moving ? new(moving) : _events.MoveNextAsync();
        _moving = null;
        return next;
    }
}
