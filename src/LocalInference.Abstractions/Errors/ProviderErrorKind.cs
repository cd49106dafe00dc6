namespace LocalInference.Abstractions;

/// <summary>What kind of error a provider made, or answered with. Each says by itself whether another try can help.</summary>
public enum ProviderErrorKind
{
    /// <summary>It could not be reached, the connection broke, or it was silent for too long. Another try may help.</summary>
    Network,

    /// <summary>It, or a limit kept here on its behalf, wants fewer requests or tokens. Another try helps later.</summary>
    RateLimit,

    /// <summary>It takes none of the keys, or they may not do this. Another try does not help.</summary>
    Authentication,

    /// <summary>It failed, is overloaded, or answered with what is not its protocol. Another try may help.</summary>
    Outage,

    /// <summary>It refuses the request as it is. Another try does not help.</summary>
    BadRequest,

    /// <summary>It refuses the request for what is said in it. Another try does not help.</summary>
    ContentFilter,

    /// <summary>The prompt, or the prompt with its answer, is longer than its context. Another try does not help.</summary>
    ContextLength,
}
