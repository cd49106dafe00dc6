using System.Globalization;
using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>
/// The time that one try has: for the first of its answer, then for each line of it, within the time of the whole request. Its token also
/// follows the caller's, and until the answer is taken that of the race it may be in.
/// </summary>
internal sealed class Attempt : IDisposable
{
    private readonly string _provider;
    private readonly TimeProvider _time;
    private readonly long _deadline;
    private readonly CancellationTokenSource _source;
    private readonly CancellationTokenRegistration _caller;
    private CancellationTokenRegistration _race;
    private CancellationToken _raceToken;
    private TimeSpan _limit;

    /// <param name="provider">Whose name errors have.</param>
    /// <param name="resilience">The times.</param>
    /// <param name="time">The clock.</param>
    /// <param name="deadline">The timestamp that the whole request ends at.</param>
    /// <param name="caller">Cancelled by the caller.</param>
    /// <param name="race">Cancelled when another try was faster.</param>
    public Attempt(string provider, ResilienceOptions resilience, TimeProvider time, long deadline, CancellationToken caller, CancellationToken race)
    {
        _provider = provider;
        _time = time;
        _deadline = deadline;

        // The time of the whole request ends the race, not the try: it must not look like a try that may be repeated.
        _limit = resilience.TryTimeout;
        _source = new CancellationTokenSource(_limit, time);
        _caller = caller.UnsafeRegister(Cancel, _source);
        _race = race.UnsafeRegister(Cancel, _source);
        _raceToken = race;
    }

    public CancellationToken Token => _source.Token;

    /// <summary>Throws if it was not its time that ran out, but another try was faster or the whole request's time is over.</summary>
    public void ThrowIfLost() => _raceToken.ThrowIfCancellationRequested();

    /// <summary>Gives it so much time from now on, as far as the whole request has any.</summary>
    public void Arm(TimeSpan limit)
    {
        _limit = Within(limit);
        _source.CancelAfter(_limit);
    }

    /// <summary>Gives it all the time until it is armed again: nobody waits for the provider meanwhile.</summary>
    public void Disarm() => _source.CancelAfter(Timeout.InfiniteTimeSpan);

    /// <summary>The answer was taken: it is in no race any more.</summary>
    public void Win()
    {
        _race.Dispose();
        _race = default;
        _raceToken = CancellationToken.None;
    }

    /// <summary>The error for a time that ran out.</summary>
    public ProviderException TimedOut(Exception inner) => ExceptionFactory.Provider(
        ProviderErrorKind.Network,
        _provider,
        string.Create(CultureInfo.InvariantCulture, $"was silent for {_limit.TotalSeconds:0.###} s"),
        inner: inner);

    public void Dispose()
    {
        _race.Dispose();
        _caller.Dispose();
        _source.Dispose();
    }

    private TimeSpan Within(TimeSpan limit)
    {
        TimeSpan left = _time.GetElapsedTime(_time.GetTimestamp(), _deadline);
        return left <= TimeSpan.Zero ? TimeSpan.Zero : left < limit ? left : limit;
    }

    private static void Cancel(object? source) => ((CancellationTokenSource)source!).Cancel();
}
