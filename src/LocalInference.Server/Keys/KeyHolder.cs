using LocalInference.Server.Http;
using Microsoft.AspNetCore.Http;

namespace LocalInference.Server.Keys;

/// <summary>What one key has used. Safe for concurrent use.</summary>
internal sealed class KeyHolder
{
    // A client may send its next request as soon as it has its answer, before that one has ended here: this is how long it is waited for.
    private static readonly TimeSpan s_grace = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(5);

    private readonly Lock _gate = new();
    private readonly Allowance? _requests;
    private readonly Allowance? _tokens;
    private readonly Allowance? _daily;
    private int _running;
    private volatile bool _isGone;

    public KeyHolder(ApiKey key, TimeProvider clock)
    {
        Key = key;
        Hash = Convert.FromHexString(key.Hash);
        _requests = key.RequestsPerMinute is { } requests ? new Allowance(requests, TimeSpan.FromMinutes(1), clock) : null;
        _tokens = key.TokensPerMinute is { } tokens ? new Allowance(tokens, TimeSpan.FromMinutes(1), clock) : null;
        _daily = key.TokensPerDay is { } daily ? new Allowance(daily, TimeSpan.FromDays(1), clock) : null;
    }

    public ApiKey Key { get; }

    public byte[] Hash { get; }

    /// <summary>Whether the application has the key no longer as it was. What runs may end; nothing more begins with it.</summary>
    public bool IsGone => _isGone;

    private bool IsFull => Volatile.Read(ref _running) >= Key.MaxConcurrentRequests;

    /// <summary>Begins a request, and tells the client in headers what is left.</summary>
    /// <exception cref="RequestException">One of the limits is reached.</exception>
    private void Begin(IHeaderDictionary headers)
    {
        if (_isGone)
        {
            throw new RequestException(new Fault(FaultKind.Unauthorized, "This key is valid no longer, or its limits have changed: connect again.") { Code = "invalid_api_key" });
        }

        lock (_gate)
        {
            Fault? refusal = IsFull
                ? Refusal($"{Key.MaxConcurrentRequests} requests at the same time", TimeSpan.FromSeconds(1))
                : Check(_requests, "requests a minute") ?? Check(_tokens, "tokens a minute") ?? Check(_daily, "tokens a day");
            if (refusal is null)
            {
                _running++;
                _requests?.Take(1);
            }

            Tell(headers, "requests", _requests);
            Tell(headers, "tokens", _tokens ?? _daily);
            if (refusal is not null)
            {
                throw new RequestException(refusal);
            }
        }
    }

    /// <summary>How long until it may take tokens again; zero: now.</summary>
    public TimeSpan UntilTokens()
    {
        lock (_gate)
        {
            TimeSpan minute = _tokens?.Until(1) ?? TimeSpan.Zero, day = _daily?.Until(1) ?? TimeSpan.Zero;
            return minute > day ? minute : day;
        }
    }

    public void Charge(long tokens)
    {
        lock (_gate)
        {
            _tokens?.Take(tokens);
            _daily?.Take(tokens);
        }
    }

    /// <summary>Runs a request within the key's limits.</summary>
    public async Task RunAsync(HttpContext context, RequestDelegate handler)
    {
        for (TimeSpan waited = TimeSpan.Zero; IsFull && waited < s_grace; waited += s_look)
        {
            await Task.Delay(s_look, context.RequestAborted).ConfigureAwait(false);
        }

        Begin(context.Response.Headers);
        try
        {
            context.Features.Set(this);
            await handler(context).ConfigureAwait(false);
        }
        finally
        {
            End();
        }
    }

    /// <summary>The key is there no more, or with other limits.</summary>
    public void Retire() => _isGone = true;

    /// <summary>Counts something that runs beside its request, or goes on behind it, until <see cref="End"/>.</summary>
    public void Hold()
    {
        lock (_gate)
        {
            _running++;
        }
    }

    public void End()
    {
        lock (_gate)
        {
            _running--;
        }
    }

    private static Fault? Check(Allowance? allowance, string what) =>
        allowance?.Until(1) is { } wait && wait > TimeSpan.Zero ? Refusal($"{allowance.Limit} {what}", wait) : null;

    private static Fault Refusal(string limit, TimeSpan wait) =>
        new(FaultKind.RateLimited, $"This key's limit of {limit} is reached. Try again in {Math.Ceiling(wait.TotalSeconds)} s.") { Code = "rate_limit_exceeded", RetryAfter = wait };

    // The names that OpenAI's clients and proxies know.
    private static void Tell(IHeaderDictionary headers, string what, Allowance? allowance)
    {
        if (allowance is not null)
        {
            headers[$"x-ratelimit-limit-{what}"] = $"{allowance.Limit}";
            headers[$"x-ratelimit-remaining-{what}"] = $"{allowance.Left}";
            headers[$"x-ratelimit-reset-{what}"] = $"{Math.Ceiling(allowance.Until(allowance.Limit).TotalSeconds)}s";
        }
    }
}
