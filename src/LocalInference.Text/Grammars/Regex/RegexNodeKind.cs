namespace LocalInference.Text;

/// <summary>What a part of a regular expression is.</summary>
internal enum RegexNodeKind
{
    /// <summary>One character of a set.</summary>
    Set,

    /// <summary>Parts one after the other; none: nothing.</summary>
    Sequence,

    /// <summary>One of several parts.</summary>
    Alternation,

    /// <summary>A part so many times.</summary>
    Repetition,
}
