namespace LocalInference;

/// <summary>How far a <see cref="ModelSlot"/> is.</summary>
internal enum ModelState
{
    /// <summary>Its headers are read, or it waits for room.</summary>
    Preparing,

    /// <summary>It has its room and is being loaded.</summary>
    Loading,

    /// <summary>It can be used.</summary>
    Ready,

    /// <summary>It is being unloaded.</summary>
    Closing,

    /// <summary>It takes no memory any more.</summary>
    Gone,
}
