namespace LocalInference.Providers;

/// <summary>A name that stands for one or several models: an alias, a tier such as <c>fast</c>, a chain to fall back along. Immutable.</summary>
public sealed record ModelRoute
{
    /// <summary>The models: names of local ones, or <c>PROVIDER/MODEL</c>. At least one; no names of routes.</summary>
    public required IReadOnlyList<string> Models { get; init; }

    /// <summary>Which is asked first. Default: as they are listed.</summary>
    public RoutePolicy Policy { get; init; }

    /// <summary>For <see cref="RoutePolicy.Overflow"/>: how many requests may wait for a local model before others are asked first. Default 0.</summary>
    public int OverflowAbove { get; init; }
}
