using System.Diagnostics.CodeAnalysis;
using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>Lets requests to a provider through as its <see cref="ProviderLimits"/> allow. Safe for concurrent use.</summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "Nobody asks for the semaphore's handle, and answers that outlive their provider still give their permits back.")]
internal sealed class LimitGate
{
    private readonly string _provider;
    private readonly ProviderLimits _limits;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _underWay;
    private readonly MinuteWindow? _requests;
    private readonly MinuteWindow? _tokens;
    private int _waiting;

    public LimitGate(string provider, ProviderLimits limits, TimeProvider time)
        : this(provider, limits, time, MinuteWindow.Window)
    {
    }

    /// <summary>With another minute, for tests.</summary>
    internal LimitGate(string provider, ProviderLimits limits, TimeProvider time, TimeSpan window)
    {
        _provider = provider;
        _limits = limits;
        _time = time;
        _underWay = new SemaphoreSlim(limits.Concurrency);
        _requests = limits.RequestsPerMinute is { } requests ? new MinuteWindow(requests, window, time) : null;
        _tokens = limits.TokensPerMinute is { } tokens ? new MinuteWindow(tokens, window, time) : null;
    }

    /// <summary>Requests that may still begin at once, as far as concurrency goes.</summary>
    public int Free => _underWay.CurrentCount;

    /// <summary>Waits until a request may be sent.</summary>
    /// <param name="tokens">About how many tokens it will take.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The permit; it is given back when the answer is over.</returns>
    /// <exception cref="ProviderException">Too many wait (<c>provider_busy</c>), or the wait would be too long.</exception>
    public async ValueTask<LimitPermit> EnterAsync(int tokens, CancellationToken cancellationToken)
    {
        await EnterConcurrencyAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            MinuteWindow.Place? request = null;
            TimeSpan wait = TimeSpan.Zero;
            if (_requests is not null && (request = _requests.TryTake(1, _limits.MaxWait, out wait)) is null)
            {
                throw TooLong(wait, "requests");
            }

            MinuteWindow.Place? share = null;
            if (_tokens is not null)
            {
                share = _tokens.TryTake(tokens, _limits.MaxWait, out TimeSpan tokenWait);
                if (share is null)
                {
                    Release(request, share);
                    throw TooLong(tokenWait, "tokens");
                }

                wait = tokenWait > wait ? tokenWait : wait;
            }

            if (wait > TimeSpan.Zero)
            {
                try
                {
                    await Task.Delay(wait, _time, cancellationToken).ConfigureAwait(false);
                }
                catch
                {
                    Release(request, share);
                    throw;
                }
            }

            return new LimitPermit(this, share);
        }
        catch
        {
            Exit();
            throw;
        }
    }

    /// <summary>A request is over.</summary>
    public void Exit() => _underWay.Release();

    /// <summary>Says how many tokens a request took after all.</summary>
    public void Correct(MinuteWindow.Place share, int tokens) => _tokens!.Correct(share, tokens);

    private async ValueTask EnterConcurrencyAsync(CancellationToken cancellationToken)
    {
        if (_underWay.Wait(0, CancellationToken.None))
        {
            return;
        }

        if (Interlocked.Increment(ref _waiting) > _limits.QueueLength)
        {
            Interlocked.Decrement(ref _waiting);
            throw ExceptionFactory.Provider(ProviderErrorKind.RateLimit, _provider, $"has {_limits.Concurrency} requests under way, and {_limits.QueueLength} wait already", "provider_busy");
        }

        try
        {
            await _underWay.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private void Release(MinuteWindow.Place? request, MinuteWindow.Place? share)
    {
        if (request is not null)
        {
            _requests!.Correct(request, 0);
        }

        if (share is not null)
        {
            _tokens!.Correct(share, 0);
        }
    }

    private ProviderException TooLong(TimeSpan wait, string what) =>
        ExceptionFactory.Provider(ProviderErrorKind.RateLimit, _provider, $"gets as many {what} a minute as it is limited to", retryAfter: wait);
}
