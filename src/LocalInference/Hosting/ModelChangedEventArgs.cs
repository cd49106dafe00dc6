namespace LocalInference;

/// <summary>What has become of which model; see <see cref="ModelHost.Changed"/>.</summary>
/// <param name="name">The model's name.</param>
/// <param name="change">What has become of it.</param>
/// <param name="sizeInBytes">The memory that it takes, or took.</param>
/// <param name="error">Why it could not be loaded.</param>
public sealed class ModelChangedEventArgs(string name, ModelChange change, long sizeInBytes, Exception? error) : EventArgs
{
    /// <summary>The model's name.</summary>
    public string Name { get; } = name;

    /// <summary>What has become of it.</summary>
    public ModelChange Change { get; } = change;

    /// <summary>Bytes that it takes, or took; 0 where it did not come that far.</summary>
    public long SizeInBytes { get; } = sizeInBytes;

    /// <summary>Why it could not be loaded; otherwise <see langword="null"/>.</summary>
    public Exception? Error { get; } = error;
}
