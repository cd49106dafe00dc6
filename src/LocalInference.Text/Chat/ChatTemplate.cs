namespace LocalInference.Text;

/// <summary>
/// Makes a model's prompt of a conversation. Parsed once, renders many times, safe for concurrent use. What somebody wrote (texts,
/// names, arguments, tools) is marked as content in the prompt, so that a tokenizer reads special tokens only where the template
/// itself writes them.
/// </summary>
public sealed class ChatTemplate
{
    /// <summary>
    /// ChatML, which OpenAI published for GPT-3.5 and many model makers took over: for models that carry no template. It knows
    /// system, user and assistant messages and shows any other role by its name; it knows no tools.
    /// </summary>
    public const string ChatMlSource =
        "{%- for message in messages -%}{{ '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}{%- endfor -%}"
        + "{%- if add_generation_prompt -%}{{ '<|im_start|>assistant\\n' }}{%- endif -%}";

    private const string MetadataKey = "tokenizer.chat_template";

    private readonly ChatTemplateVariant _default;
    private readonly ChatTemplateVariant? _toolUse;
    private readonly ChatTemplateVariant? _rag;

    private ChatTemplate(ChatTemplateVariant standard, ChatTemplateVariant? toolUse = null, ChatTemplateVariant? rag = null)
    {
        _default = standard;
        _toolUse = toolUse;
        _rag = rag;
    }

    /// <summary>The template's text; of several variants, the one for conversations without tools.</summary>
    public string Source => _default.Source;

    /// <summary>What the template can express, with its variant for tools where it has one. Found out when first asked.</summary>
    public ChatTemplateCapabilities Capabilities => (_toolUse ?? _default).Capabilities;

    /// <summary>A template in Jinja, the language of Hugging Face's tokenizers and of GGUF metadata.</summary>
    /// <param name="source">The template.</param>
    /// <param name="options">What it must be told about the model; <see langword="null"/>: defaults.</param>
    /// <exception cref="TemplateException">It does not parse.</exception>
    public static ChatTemplate FromJinja(string source, ChatTemplateOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        return new ChatTemplate(new JinjaChatTemplate(source, options ?? ChatTemplateOptions.Default));
    }

    /// <summary>A template in Go's text/template language, as a Modelfile's <c>TEMPLATE</c> is.</summary>
    /// <param name="source">The template.</param>
    /// <param name="options">What it must be told about the model; <see langword="null"/>: defaults. Go templates write no begin token.</param>
    /// <exception cref="TemplateException">It does not parse.</exception>
    public static ChatTemplate FromGo(string source, ChatTemplateOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        return new ChatTemplate(new GoChatTemplate(source, options ?? ChatTemplateOptions.Default));
    }

    /// <summary>The template for models that carry none: <see cref="ChatMlSource"/>.</summary>
    /// <param name="options">What it must be told about the model; <see langword="null"/>: defaults.</param>
    public static ChatTemplate ChatMl(ChatTemplateOptions? options = null) => FromJinja(ChatMlSource, options);

    /// <summary>
    /// The template that a GGUF file carries: <c>tokenizer.chat_template</c>, and the variants <c>tokenizer.chat_template.tool_use</c>,
    /// taken when there are tools, and <c>tokenizer.chat_template.rag</c>, taken when there are documents.
    /// </summary>
    /// <param name="metadata">The file's metadata; only texts of these keys are looked at.</param>
    /// <param name="options">What it must be told about the model; <see langword="null"/>: defaults.</param>
    /// <returns>The template, or <see langword="null"/> if the file carries none.</returns>
    /// <exception cref="TemplateException">One of them does not parse.</exception>
    public static ChatTemplate? FromMetadata(IEnumerable<KeyValuePair<string, string>> metadata, ChatTemplateOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        options ??= ChatTemplateOptions.Default;
        var variants = new Dictionary<string, JinjaChatTemplate>(StringComparer.Ordinal);
        foreach ((string key, string source) in metadata)
        {
            string variant = key == MetadataKey ? "" : key.StartsWith(MetadataKey + ".", StringComparison.Ordinal) ? key[(MetadataKey.Length + 1)..] : "other";
            if (variant is "" or "default" or "tool_use" or "rag")
            {
                variants[variant] = new JinjaChatTemplate(source, variant.Length == 0 ? options : options with { Name = $"{options.Name}.{variant}" });
            }
        }

        JinjaChatTemplate? toolUse = variants.GetValueOrDefault("tool_use");
        JinjaChatTemplate? standard = variants.GetValueOrDefault("") ?? variants.GetValueOrDefault("default") ?? toolUse;
        return standard is null ? null : new ChatTemplate(standard, toolUse, variants.GetValueOrDefault("rag"));
    }

    /// <summary>Renders the prompt for a conversation.</summary>
    /// <param name="request">The conversation and how to go on with it.</param>
    /// <param name="cancellationToken">Ends the rendering.</param>
    /// <returns>The prompt, with marks for what is content.</returns>
    /// <exception cref="TemplateException">
    /// The template refuses the conversation (<see cref="TemplateErrorKind.Refused"/>), fails on it, reaches a limit, or does not show
    /// the final message that should be continued.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public MarkedText Render(ChatPromptRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ChatTemplateVariant variant = request.Tools.Count > 0 && _toolUse is not null ? _toolUse
            : request.Documents.Count > 0 && _rag is not null ? _rag
            : _default;
        return variant.Render(request, cancellationToken);
    }
}
