using System.Runtime.InteropServices;
using System.Text;
using LocalInference.Abstractions;
using LocalInference.Native;
using LocalInference.Text;

namespace LocalInference;

/// <summary>The chat template that a model carries. Read and parsed when a conversation first needs it. Safe for concurrent use.</summary>
internal sealed class ModelChat(ModelHandle model, Tokenizer tokenizer)
{
    private static readonly string[] s_variants = ["tool_use", "rag"];

    private readonly Lock _lock = new();
    private ChatTemplate? _template;

    /// <exception cref="GenerationException">There is no template (<c>template_missing</c>), it does not parse or render (<c>template_failed</c>), or it refuses the conversation (<c>template_refused</c>).</exception>
    public int[] Encode(ChatPromptRequest request)
    {
        try
        {
            return PromptTokens.Encode(tokenizer, Template().Render(request));
        }
        catch (TemplateException e)
        {
            throw e.Kind == TemplateErrorKind.Refused
                ? ExceptionFactory.Generation("template_refused", $"The model's chat template refuses this conversation: {e.Message}", "Change the order or the kinds of the messages as it says.")
                : ExceptionFactory.Generation("template_failed", $"The model's chat template fails: {e.Message}", "Use raw completion and write the prompt's marks yourself.");
        }
    }

    private ChatTemplate Template()
    {
        lock (_lock)
        {
            return _template ??= ChatTemplate.FromMetadata(Metadata(), new ChatTemplateOptions
            {
                BosText = Name(tokenizer.BeginOfSequence),
                EosText = Name(tokenizer.EndOfSequence),
                TokenizerAddsBos = tokenizer.AddsBeginOfSequence,
            }) ?? throw ExceptionFactory.Generation("template_missing", "The model has no chat template", "Use raw completion, or a model made for chat.");
        }
    }

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
