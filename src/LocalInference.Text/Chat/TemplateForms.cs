namespace LocalInference.Text;

/// <summary>In which of the customary forms a Jinja template wants its variables; found by <see cref="ChatTemplateProbe"/>.</summary>
internal sealed record TemplateForms
{
    /// <summary>What every template understands that understands anything; the probe starts from it.</summary>
    public static TemplateForms Default { get; } = new();

    /// <summary>Content as a text; false: as parts only.</summary>
    public bool StringContent { get; init; } = true;

    /// <summary>Content as parts.</summary>
    public bool PartContent { get; init; }

    public bool SystemRole { get; init; } = true;

    /// <summary>System messages behind the first message too; false: one, and only there.</summary>
    public bool LaterSystem { get; init; } = true;

    public bool DeveloperRole { get; init; }

    /// <summary>Arguments of a call as an object; false: as JSON text.</summary>
    public bool ObjectArguments { get; init; } = true;

    /// <summary>The content of a message that has only calls is None; false: an empty text.</summary>
    public bool NoneContent { get; init; }

    /// <summary>Ids of calls must be nine letters and digits, as Mistral's templates check.</summary>
    public bool ShortIds { get; init; }

    /// <summary>The key of a message's thoughts; <c>thinking</c> parts of the content: <see cref="ThinkingParts"/>.</summary>
    public string ReasoningKey { get; init; } = "reasoning_content";

    /// <summary>Thoughts are a part of the content, of type <c>thinking</c>.</summary>
    public bool ThinkingParts { get; init; }

    /// <summary>Without tools there is no variable for them, rather than None: the template loops over it without asking.</summary>
    public bool OmitsNoTools { get; init; }

    /// <summary>The tools are asked for as JSON text too, in the variable <c>functions</c>.</summary>
    public bool FunctionsText { get; init; }

    public ThinkingVariable ThinkingVariable { get; init; } = ThinkingVariable.Known[0];
}
