namespace LocalInference.Text;

/// <summary>A chat template in Jinja.</summary>
internal sealed class JinjaChatTemplate : ChatTemplateVariant
{
    private readonly JinjaTemplate _template;
    private readonly ChatTemplateOptions _options;
    private readonly Lazy<(TemplateForms Forms, ChatTemplateCapabilities Capabilities)> _found;

    public JinjaChatTemplate(string source, ChatTemplateOptions options)
    {
        Source = source;
        _options = options;
        _template = JinjaTemplate.Parse(source, options.Name);
        _found = new(() => new ChatTemplateProbe(_template, source, options).Run());
    }

    public override string Source { get; }

    public override ChatTemplateCapabilities Capabilities => _found.Value.Capabilities;

    internal TemplateForms Forms => _found.Value.Forms;

    public override MarkedText Render(ChatPromptRequest request, CancellationToken cancellationToken)
    {
        IReadOnlyList<ChatMessage> messages = ChatConversation.Adapt(request.Messages, Forms);
        MarkedText text = request.ContinueFinalMessage && messages is [.., { Role: "assistant" }]
            ? Continue(request, messages, cancellationToken)
            : RenderMessages(request, messages, cancellationToken);
        return WithoutBos(text);
    }

    private MarkedText Continue(ChatPromptRequest request, IReadOnlyList<ChatMessage> messages, CancellationToken cancellationToken)
    {
        MarkedText text = RenderMessages(request, ChatContinuation.Begin(messages), cancellationToken);
        return ChatContinuation.Cut(text) ?? throw new TemplateException(
            "The template does not show the final message, so it cannot be continued", _options.Name, 0, 0, TemplateErrorKind.Runtime);
    }

    private MarkedText RenderMessages(ChatPromptRequest request, IReadOnlyList<ChatMessage> messages, CancellationToken cancellationToken) =>
        _template.RenderMarked(ChatVariables.Of(request, messages, Forms, _options), new JinjaRenderOptions
        {
            TimeProvider = _options.TimeProvider,
            Now = request.Now,
            CancellationToken = cancellationToken,
        });

    private MarkedText WithoutBos(MarkedText text)
    {
        string bos = _options.BosText;
        if (!_options.TokenizerAddsBos || bos.Length == 0 || !text.Text.StartsWith(bos, StringComparison.Ordinal) || text.Segments[0].IsContent || text.Segments[0].Length < bos.Length)
        {
            return text;
        }

        var rest = new MarkedTextBuilder();
        rest.Append(text, bos.Length, text.Text.Length - bos.Length);
        return rest.Build();
    }
}
