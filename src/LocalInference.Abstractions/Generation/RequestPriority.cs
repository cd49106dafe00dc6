namespace LocalInference.Abstractions;

/// <summary>Which requests are admitted first while others wait. A long wait raises a request by itself.</summary>
public enum RequestPriority
{
    /// <summary>Work that fills gaps, such as a batch.</summary>
    Low,

    /// <summary>The default.</summary>
    Normal,

    /// <summary>Somebody is waiting at the screen.</summary>
    High,
}
