namespace LocalInference.LoadTest.Peers;

/// <summary>A setting of llama-server.</summary>
/// <param name="Name">As results name it.</param>
/// <param name="Arguments">What is added to its command line.</param>
/// <param name="StreamsOf">
/// Slots that share the context in equal parts; 0: they share it as a whole. A slot has to hold the longest request.
/// </param>
internal sealed record PeerVariant(string Name, IReadOnlyList<string> Arguments, int StreamsOf = 0)
{
    /// <summary>The name of the setting that people get who set nothing: 4 slots, one KV cache, batches of 2,048.</summary>
    public const string AsShipped = Program + "as shipped";

    private const string Program = "llama-server ";

    /// <summary>What is tried for its best where nothing disturbs its streams: a slot for each request, with one KV cache and with one for each.</summary>
    public static IReadOnlyList<PeerVariant> ForStreams(int slots) =>
    [
        new(AsShipped, []),
        new($"{Program}-np {slots} -kvu", ["-np", $"{slots}", "-kvu"]),
        new($"{Program}-np {slots} -no-kvu", ["-np", $"{slots}", "-no-kvu"], slots),
    ];

    /// <summary>The same, and batches so small that a long prompt lets the others through more often.</summary>
    public static IReadOnlyList<PeerVariant> Usual(int slots) =>
    [
        .. ForStreams(slots),
        new($"{Program}-np {slots} -kvu -b 32 -ub 32", ["-np", $"{slots}", "-kvu", "-b", "32", "-ub", "32"]),
    ];

    /// <summary>Reads <c>NAME=ARGUMENTS</c> of the command line.</summary>
    public static PeerVariant Parse(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
        {
            throw new LoadTestException($"'{text}' is not NAME=ARGUMENTS, for instance \"4 slots=-np 4 -kvu\".");
        }

        string[] arguments = text[(equals + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        int slots = Array.IndexOf(arguments, "-np");
        bool apart = slots >= 0 && !arguments.Contains("-kvu", StringComparer.Ordinal);
        return new PeerVariant(Program + text[..equals], arguments, apart && slots + 1 < arguments.Length && int.TryParse(arguments[slots + 1], out int count) ? count : 0);
    }
}
