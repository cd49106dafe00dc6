namespace LocalInference.Gguf;

/// <summary>Alignment arithmetic.</summary>
internal static class Padding
{
    /// <summary>The next multiple of a power of two, at or above <paramref name="position"/>.</summary>
    public static long Up(long position, uint alignment) => checked(position + alignment - 1) & ~((long)alignment - 1);
}
