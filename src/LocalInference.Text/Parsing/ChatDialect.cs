namespace LocalInference.Text.Parsing;

/// <summary>How an answer as a whole is laid out.</summary>
internal enum ChatDialect
{
    /// <summary>Thinking, content and calls follow each other, each between its markers.</summary>
    Sequence,

    /// <summary>gpt-oss: messages with a channel and a recipient in a header.</summary>
    Harmony,

    /// <summary>Functionary v3.2: each part is <c>&gt;&gt;&gt;recipient\n</c> and its text.</summary>
    Recipients,

    /// <summary>Muse: messages with a recipient in a header, calls in tags.</summary>
    RecipientHeaders,
}
