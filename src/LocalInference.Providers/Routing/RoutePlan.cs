namespace LocalInference.Providers;

/// <summary>Whom a request is sent to, in turn.</summary>
/// <param name="Targets">At least one.</param>
/// <param name="Reason">Why the first one is the first.</param>
internal sealed record RoutePlan(IReadOnlyList<RouteTarget> Targets, string Reason)
{
    /// <summary>See <see cref="ModelRoute.ContinuesBrokenAnswers"/>.</summary>
    public bool ContinuesBrokenAnswers { get; init; }
}
