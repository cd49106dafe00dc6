namespace LocalInference.Text;

/// <summary>What a chat template must be told about its model. Immutable.</summary>
public sealed record ChatTemplateOptions
{
    /// <summary>The defaults.</summary>
    public static ChatTemplateOptions Default { get; } = new();

    /// <summary>Name of the template in errors. Default: <c>chat_template</c>.</summary>
    public string Name { get; init; } = "chat_template";

    /// <summary>Text of the begin-of-sequence token, for the variable <c>bos_token</c>. Default: empty.</summary>
    public string BosText { get; init; } = "";

    /// <summary>Text of the end-of-sequence token, for the variable <c>eos_token</c>. Default: empty.</summary>
    public string EosText { get; init; } = "";

    /// <summary>
    /// Whether the tokenizer puts the begin-of-sequence token before the prompt. The template's own is left out then, so that there
    /// is one and not two. Default: no.
    /// </summary>
    public bool TokenizerAddsBos { get; init; }

    /// <summary>The clock and time zone of templates that write the date. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
