namespace LocalInference;

/// <summary>How many engines of this process are computing. They share the cores, and do not see each other as other programs.</summary>
internal static class ActiveEngines
{
    private static int s_count;

    public static int Count => Volatile.Read(ref s_count);

    public static void Enter() => Interlocked.Increment(ref s_count);

    public static void Leave() => Interlocked.Decrement(ref s_count);
}
