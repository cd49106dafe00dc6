namespace LocalInference.Text;

/// <summary>
/// What a chat template can express, found out by rendering probes (of a Go template: by the fields that it mentions). A model may
/// have been trained for less.
/// </summary>
public sealed record ChatTemplateCapabilities
{
    /// <summary>System messages; without, their text goes before that of the next message.</summary>
    public bool SystemRole { get; init; }

    /// <summary>Tools are shown to the model.</summary>
    public bool Tools { get; init; }

    /// <summary>Calls of an assistant are shown to the model.</summary>
    public bool ToolCalls { get; init; }

    /// <summary>Several calls in one message.</summary>
    public bool ParallelToolCalls { get; init; }

    /// <summary>Thoughts: earlier ones are shown, the prompt opens them, or they can be switched.</summary>
    public bool Thinking { get; init; }

    /// <summary><see cref="ChatPromptRequest.EnableThinking"/> makes a difference.</summary>
    public bool ThinkingSwitch { get; init; }

    /// <summary>The prompt ends inside of thoughts unless thinking is switched off: an answer begins with thoughts, without their mark.</summary>
    public bool OpensThinking { get; init; }

    /// <summary><see cref="ChatPromptRequest.ReasoningEffort"/> makes a difference.</summary>
    public bool ReasoningEffort { get; init; }

    /// <summary>Content in parts.</summary>
    public bool ContentParts { get; init; }

    /// <summary>Pictures among the parts.</summary>
    public bool Vision { get; init; }

    /// <summary>Documents.</summary>
    public bool Documents { get; init; }
}
