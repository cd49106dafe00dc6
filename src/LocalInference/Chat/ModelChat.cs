using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text;
using LocalInference.Abstractions;
using LocalInference.Native;
using LocalInference.Text;

namespace LocalInference;

/// <summary>
/// The chat template that a model carries, and those that requests bring. Read and parsed when a conversation first needs one. Safe
/// for concurrent use.
/// </summary>
internal sealed class ModelChat(ModelHandle model, Tokenizer tokenizer)
{
    // Requests that bring ever new templates must not fill the memory.
    private const int MostTemplates = 32;

    private static readonly string[] s_variants = ["tool_use", "rag"];

    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<PromptTemplate, ModelTemplate> _given = new();
    private ModelTemplate? _own;

    /// <summary>A template, and what is known of it.</summary>
    /// <param name="template">The request's; <see langword="null"/>: the model's own, or ChatML where the vocabulary has its marks.</param>
    /// <exception cref="GenerationException">There is none (<c>template_missing</c>), or it does not parse (<c>template_failed</c>).</exception>
    public ModelTemplate Find(PromptTemplate? template)
    {
        try
        {
            if (template is null)
            {
                lock (_lock)
                {
                    return _own ??= new ModelTemplate(Own(), tokenizer);
                }
            }

            if (_given.TryGetValue(template, out ModelTemplate? known))
            {
                return known;
            }

            ChatTemplate parsed = template.Language == PromptTemplateLanguage.Go ? ChatTemplate.FromGo(template.Source, Options()) : ChatTemplate.FromJinja(template.Source, Options());
            var found = new ModelTemplate(parsed, tokenizer);
            if (_given.Count < MostTemplates)
            {
                _given.TryAdd(template, found);
            }

            return found;
        }
        catch (TemplateException e)
        {
            throw Refusal(e);
        }
    }

    /// <summary>The prompt for a conversation.</summary>
    /// <exception cref="GenerationException">The template fails (<c>template_failed</c>), or refuses the conversation (<c>template_refused</c>).</exception>
    public static MarkedText Render(ModelTemplate template, ChatPromptRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return template.Template.Render(request, cancellationToken);
        }
        catch (TemplateException e)
        {
            throw Refusal(e);
        }
    }

    /// <summary>The prompt for a conversation, as tokens.</summary>
    /// <param name="request">The conversation.</param>
    /// <param name="template">As <see cref="Find"/> takes it.</param>
    /// <exception cref="GenerationException">There is no template (<c>template_missing</c>), it does not parse or render (<c>template_failed</c>), or it refuses the conversation (<c>template_refused</c>).</exception>
    public int[] Encode(ChatPromptRequest request, PromptTemplate? template) => PromptTokens.Encode(tokenizer, Render(Find(template), request, CancellationToken.None));

    private static GenerationException Refusal(TemplateException e) => e.Kind == TemplateErrorKind.Refused
        ? ExceptionFactory.Generation("template_refused", $"The model's chat template refuses this conversation: {e.Message}", "Change the order or the kinds of the messages as it says.")
        : ExceptionFactory.Generation("template_failed", $"The model's chat template fails: {e.Message}", "Use raw completion and write the prompt's marks yourself.");

    private ChatTemplate Own() =>
        ChatTemplate.FromMetadata(Metadata(), Options())
        ?? (KnowsChatMl()
            ? ChatTemplate.ChatMl(Options())
            : throw ExceptionFactory.Generation("template_missing", "The model has no chat template, and its vocabulary has not the marks of ChatML", "Give a template with the request, use raw completion, or a model made for chat."));

    // A model whose vocabulary has both marks as tokens was trained with them; as plain text they would only lengthen the prompt.
    private bool KnowsChatMl() => IsToken("<|im_start|>") && IsToken("<|im_end|>");

    private bool IsToken(string mark) => tokenizer.Encode(mark, addSpecial: false, parseSpecial: true) is [int token] && tokenizer.IsControl(token);

    private ChatTemplateOptions Options() => new()
    {
        BosText = Name(tokenizer.BeginOfSequence),
        EosText = Name(tokenizer.EndOfSequence),
        TokenizerAddsBos = tokenizer.AddsBeginOfSequence,
    };

    private List<KeyValuePair<string, string>> Metadata()
    {
        using ModelLease lease = new(model);
        var metadata = new List<KeyValuePair<string, string>>();
        if (Read(variant: null) is { } standard)
        {
            metadata.Add(new("tokenizer.chat_template", standard));
        }

        foreach (string variant in s_variants)
        {
            if (Read(variant) is { } source)
            {
                metadata.Add(new($"tokenizer.chat_template.{variant}", source));
            }
        }

        return metadata;
    }

    private unsafe string? Read(string? variant)
    {
        fixed (byte* name = variant is null ? null : Encoding.UTF8.GetBytes(variant + '\0'))
        {
            return Marshal.PtrToStringUTF8((nint)Llama.llama_model_chat_template(model.Pointer, name));
        }
    }

    private string Name(int? token) => token is { } id ? tokenizer.GetName(id) : "";
}
