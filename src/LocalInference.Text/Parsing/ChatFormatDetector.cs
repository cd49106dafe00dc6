using LocalInference.Text.Parsing;

namespace LocalInference.Text;

/// <summary>
/// Finds how a model writes its answers from its chat template: it renders conversations whose words are known and looks at
/// what the template writes around them. Marks in the template's source decide only what no render can show.
/// </summary>
public static class ChatFormatDetector
{
    /// <summary>Finds the format of a template's model. Renders it about a dozen times; keep the result.</summary>
    /// <param name="template">The model's chat template.</param>
    /// <returns>The format; what the template does not show is left out, so the least is that everything is content.</returns>
    public static ChatFormat Detect(ChatTemplate template)
    {
        ArgumentNullException.ThrowIfNull(template);
        return Detect(template.Source, (messages, tools, addGenerationPrompt, thinking) => Render(template, messages, tools, addGenerationPrompt, thinking));
    }

    internal static ChatFormat Detect(string source, ProbeRenderer render)
    {
        if (KnownFormats.Whole(source) is { } whole)
        {
            return whole;
        }

        TemplateProbe probe = new(render);
        ChatFormat format = ReasoningProbe.Find(probe, source);
        ToolFormat? tools = ToolProbe.Find(probe, format) ?? KnownFormats.Asked(source);
        return KnownFormats.Refine(tools is null ? format : format with { Tools = tools }, source);
    }

    private static string? Render(ChatTemplate template, IReadOnlyList<ChatMessage> messages, IReadOnlyList<ChatTool> tools, bool addGenerationPrompt, bool thinking)
    {
        try
        {
            return template.Render(new ChatPromptRequest
            {
                Messages = messages,
                Tools = tools,
                AddGenerationPrompt = addGenerationPrompt,
                EnableThinking = thinking,
            }).Text;
        }
        catch (TemplateException)
        {
            // It does not take such a conversation: there is nothing to see in it.
            return null;
        }
    }
}
