namespace LocalInference.Providers;

/// <summary>Whether requests are sent to a provider at present.</summary>
public enum ProviderHealth
{
    /// <summary>They are.</summary>
    Available,

    /// <summary>It failed too often, so none are; it is asked from time to time whether it answers again.</summary>
    Unavailable,

    /// <summary>One is, and decides about the others.</summary>
    Tried,
}
