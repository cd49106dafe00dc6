namespace LocalInference.Text;

/// <summary>How far a <see cref="PartialJson"/> has come.</summary>
public enum PartialJsonState
{
    /// <summary>What was appended may go on to be a JSON text. A number alone is in this state too: further digits may follow.</summary>
    Incomplete,

    /// <summary>One whole JSON value was appended; only white space may follow.</summary>
    Complete,

    /// <summary>
    /// What was appended is no beginning of a JSON text, or nests deeper than allowed. The value is that of the text before
    /// <see cref="PartialJson.Length"/>, and nothing more is taken.
    /// </summary>
    Invalid,
}
