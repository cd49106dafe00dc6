using LocalInference.Abstractions;

namespace LocalInference.Providers;

/// <summary>Which of a provider's keys is used next. Safe for concurrent use.</summary>
internal sealed class KeyRing(string provider, ApiKeys keys, TimeProvider time)
{
    /// <summary>How long a key that was refused is not tried: whoever renews it at the provider need not restart anything here.</summary>
    private static readonly TimeSpan s_refusalTime = TimeSpan.FromMinutes(5);

    /// <summary>How long a limited key rests where the provider does not say, and there are others.</summary>
    private static readonly TimeSpan s_limitTime = TimeSpan.FromSeconds(5);

    /// <summary>Timers and clocks may disagree by this much; a retry after exactly the given time must find its key rested.</summary>
    private static readonly TimeSpan s_tolerance = TimeSpan.FromMilliseconds(25);

    private readonly Lock _lock = new();
    private readonly KeyState[] _states = [.. keys.Values.Select(static value => new KeyState(value))];
    private int _next;

    public int Count => _states.Length;

    /// <summary>The key to use now, <see langword="null"/> where requests carry none. All that are fit for use take turns, so that their limits add up.</summary>
    /// <exception cref="ProviderException">None is fit: all are refused, or the earliest is fit after its <c>RetryAfter</c>.</exception>
    public string? Take()
    {
        if (_states.Length == 0)
        {
            return null;
        }

        DateTimeOffset now = time.GetUtcNow();
        lock (_lock)
        {
            for (int i = 0; i < _states.Length; i++)
            {
                int index = (_next + i) % _states.Length;
                if (_states[index].RestsUntil <= now + s_tolerance)
                {
                    _next = index + 1;
                    return _states[index].Value;
                }
            }

            KeyState[] limited = [.. _states.Where(static state => !state.IsRefused)];
            throw limited.Length == 0
                ? ExceptionFactory.Provider(ProviderErrorKind.Authentication, provider, "takes none of its keys")
                : ExceptionFactory.Provider(ProviderErrorKind.RateLimit, provider, "has limited all of its keys", retryAfter: limited.Min(static state => state.RestsUntil) - now);
        }
    }

    /// <summary>The provider answered 401 or 429 to a key. Returns whether another one is fit.</summary>
    public bool TryRotate(string key, ProviderException error)
    {
        bool isRefused = error.Kind == ProviderErrorKind.Authentication;
        DateTimeOffset now = time.GetUtcNow();
        lock (_lock)
        {
            KeyState state = Array.Find(_states, state => state.Value == key)!;
            state.IsRefused = isRefused;
            state.RestsUntil = now + (isRefused ? s_refusalTime : error.RetryAfter ?? (_states.Length > 1 ? s_limitTime : TimeSpan.Zero));
            return Array.Exists(_states, other => other != state && other.RestsUntil <= now);
        }
    }

    private sealed class KeyState(string value)
    {
        public string Value => value;

        public bool IsRefused { get; set; }

        public DateTimeOffset RestsUntil { get; set; } = DateTimeOffset.MinValue;
    }
}
