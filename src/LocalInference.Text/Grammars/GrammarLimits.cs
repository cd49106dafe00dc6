namespace LocalInference.Text;

/// <summary>
/// What a grammar may ask of llama.cpp v0.5.0, whose parser recurses and writes repetitions out (src/llama-grammar.cpp). A
/// grammar within these limits can neither exhaust its stack nor its memory.
/// </summary>
internal static class GrammarLimits
{
    /// <summary>Characters of GBNF text.</summary>
    public const int Length = 262_144;

    /// <summary>Groups within groups: llama.cpp's parser calls itself for each.</summary>
    public const int GroupDepth = 500;

    /// <summary>llama.cpp's own MAX_REPETITION_THRESHOLD, for a count and for the rules that a repetition makes.</summary>
    public const int Repetitions = 2000;

    /// <summary>Elements of all rules once repetitions are written out; llama.cpp takes 8 bytes for each.</summary>
    public const int Elements = 1_000_000;

    /// <summary>
    /// Rules that begin with a rule that begins with a rule …: llama.cpp's search for left recursion calls itself for each, with
    /// some 200 bytes of the calling thread's stack.
    /// </summary>
    public const int LeftDepth = 32_768;

    /// <summary>
    /// Calls of that search. It does not remember what it has searched, so 40 rules that each begin with the next one twice
    /// would keep it busy for days.
    /// </summary>
    public const int LeftSearch = 2_000_000;
}
