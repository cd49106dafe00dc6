namespace LocalInference.Compare;

/// <summary>What to compare, and how often.</summary>
/// <param name="Model">Full path of the model.</param>
/// <param name="PromptTokens">Tokens of each prefill.</param>
/// <param name="GeneratedTokens">Tokens of each decode.</param>
/// <param name="Repeats">Runs that each program makes whenever it is its turn.</param>
/// <param name="Pairs">Turns of each program.</param>
/// <param name="Threads">Threads that compute, on either side; <see langword="null"/>: as many as localinference takes by itself.</param>
/// <param name="Strict">Refuses to measure on a machine that is not idle.</param>
/// <param name="AtLeast">The lowest median ratio that is a success, if any is asked for.</param>
/// <param name="Ours">The localinference program.</param>
/// <param name="Peers">The folder of llama-bench and its libraries.</param>
/// <param name="Output">The JSON file to write.</param>
internal sealed record Settings(
    string Model,
    int PromptTokens,
    int GeneratedTokens,
    int Repeats,
    int Pairs,
    int? Threads,
    bool Strict,
    double? AtLeast,
    string Ours,
    string Peers,
    string Output)
{
    /// <summary>llama-bench.</summary>
    public string LlamaBench => Path.Combine(Peers, "llama-bench");
}
