namespace LocalInference.Providers;

/// <summary>Which of a route's models is asked first. The others follow where it fails before the first of its answer, or behind it with <see cref="ModelRoute.ContinuesBrokenAnswers"/>.</summary>
public enum RoutePolicy
{
    /// <summary>As they are listed.</summary>
    InOrder,

    /// <summary>Those on this machine first; otherwise as listed.</summary>
    LocalFirst,

    /// <summary>
    /// The cheapest first, by the prices and context lengths that are configured: models on this machine cost nothing, those without a
    /// price come last, and those that are known to lack a capability or the context that the request needs are not asked, unless all are.
    /// </summary>
    Cheapest,

    /// <summary>The one whose answers have begun soonest of late; one that was not asked yet goes before.</summary>
    LowestLatency,

    /// <summary>As listed, but models on this machine last while more than <see cref="ModelRoute.OverflowAbove"/> requests wait for them.</summary>
    Overflow,
}
