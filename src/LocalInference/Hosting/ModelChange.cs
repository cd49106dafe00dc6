namespace LocalInference;

/// <summary>What has become of a model in a <see cref="ModelHost"/>.</summary>
public enum ModelChange
{
    /// <summary>It is loaded.</summary>
    Loaded,

    /// <summary>It could not be loaded.</summary>
    LoadFailed,

    /// <summary>It was unloaded, because nobody used it for its keep-alive.</summary>
    Expired,

    /// <summary>It was unloaded to make room for another.</summary>
    Evicted,

    /// <summary>It was unloaded, because its file or its options have changed, or a longer context is needed.</summary>
    Replaced,

    /// <summary>It was unloaded, because somebody asked for it or the host was disposed.</summary>
    Unloaded,
}
