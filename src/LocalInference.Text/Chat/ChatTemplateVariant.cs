namespace LocalInference.Text;

/// <summary>One template, in whichever language it is written. Safe for concurrent use.</summary>
internal abstract class ChatTemplateVariant
{
    public abstract string Source { get; }

    public abstract ChatTemplateCapabilities Capabilities { get; }

    /// <exception cref="TemplateException">The template fails, refuses or reaches a limit.</exception>
    public abstract MarkedText Render(ChatPromptRequest request, CancellationToken cancellationToken);
}
