namespace LocalInference.Abstractions;

/// <summary>
/// The form that an answer must have: a <see cref="JsonOutput"/>, <see cref="JsonSchemaOutput"/>, <see cref="GrammarOutput"/>,
/// <see cref="ChoiceOutput"/> or <see cref="RegexOutput"/>. A model in this process is held to it token by token. An answer that is cut
/// by its length, by a stop sequence or by the context is the beginning of such a form only.
/// </summary>
public abstract record OutputFormat
{
    private protected OutputFormat()
    {
    }
}
