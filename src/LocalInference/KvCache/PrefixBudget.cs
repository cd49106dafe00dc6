namespace LocalInference;

/// <summary>How much a <see cref="PrefixStore"/> may hold.</summary>
/// <param name="MemoryBytes">Bytes of host memory; 0: nothing is stored.</param>
/// <param name="DiskBytes">Bytes of files.</param>
/// <param name="Directory">Where the files go.</param>
internal sealed record PrefixBudget(long MemoryBytes, long DiskBytes, string Directory);
