using LocalInference.Text.GoTemplates;

namespace LocalInference.Text;

/// <summary>A chat template of a Modelfile.</summary>
internal sealed class GoChatTemplate(string source, ChatTemplateOptions options) : ChatTemplateVariant
{
    private readonly GoTemplate _template = GoTemplate.Parse(source, options.Name);

    public override string Source => source;

    public override ChatTemplateCapabilities Capabilities => new()
    {
        SystemRole = _template.Mentions("System") || _template.Mentions("Messages"),
        Tools = _template.Mentions("Tools"),
        ToolCalls = _template.Mentions("ToolCalls"),
        ParallelToolCalls = _template.Mentions("ToolCalls"),
        Thinking = _template.Mentions("Thinking") || _template.Mentions("Think"),
        ThinkingSwitch = _template.Mentions("Think") || _template.Mentions("IsThinkSet"),
        ReasoningEffort = _template.Mentions("ThinkLevel"),
    };

    public override MarkedText Render(ChatPromptRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return _template.Render(new GoPrompt
        {
            // Ollama's templates know no developer; its messages are the system's.
            Messages = [.. request.Messages.Select(static m => m.Role == "developer" ? m with { Role = "system" } : m)],
            Tools = request.Tools,
            Suffix = request.Suffix,
            Think = request.EnableThinking,
            ThinkLevel = request.ReasoningEffort,
            Now = request.Now ?? options.TimeProvider.GetLocalNow(),
        });
    }
}
