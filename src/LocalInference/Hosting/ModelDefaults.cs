using LocalInference.Abstractions;
using LocalInference.Text;
using Microsoft.Extensions.AI;
using ChatMessage = Microsoft.Extensions.AI.ChatMessage;

namespace LocalInference;

/// <summary>What a model's recipe says for requests that say nothing themselves, as a Modelfile does. Immutable.</summary>
public sealed record ModelDefaults
{
    /// <summary>Nothing.</summary>
    public static ModelDefaults None { get; } = new();

    /// <summary>
    /// The template of conversations. One in Go's language goes before that of the model's file, unless a request has tools, or wants
    /// thoughts, and only the file's can show them; one in Jinja stands in where the file has none. <see langword="null"/>: the file's.
    /// </summary>
    public PromptTemplate? Template { get; init; }

    /// <summary>The system message of conversations that begin with none; <see langword="null"/>: none.</summary>
    public string? System { get; init; }

    /// <summary>Messages that come before those of every conversation. Default: none.</summary>
    public IReadOnlyList<ChatMessage> Messages { get; init; } = [];

    /// <summary>Texts that end answers to requests that name none. Default: none.</summary>
    public IReadOnlyList<string> StopSequences { get; init; } = [];

    /// <summary>The most tokens of an answer; <see langword="null"/>: no limit.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>A request with what it leaves out.</summary>
    internal GenerationRequest Fill(GenerationRequest request, LocalModel model) => ReferenceEquals(this, None) ? request : request with
    {
        MaxTokens = request.MaxTokens ?? MaxTokens,
        StopSequences = request.StopSequences.Count > 0 ? request.StopSequences : StopSequences,
        Input = request.Input is ChatInput chat ? Fill(chat, model) : request.Input,
    };

    /// <summary>The template to use in place of the model's own; <see langword="null"/>: the model's own.</summary>
    /// <param name="model">The model.</param>
    /// <param name="hasTools">Whether the conversation has tools.</param>
    /// <param name="wantsThoughts">Whether thoughts are asked for.</param>
    internal PromptTemplate? TemplateFor(LocalModel model, bool hasTools, bool wantsThoughts)
    {
        if (Template is null || model.Info.ChatTemplate is null)
        {
            return Template;
        }

        if (Template.Language == PromptTemplateLanguage.Jinja)
        {
            return null;
        }

        return (hasTools && IsOnlyOfFile(static can => can.Tools)) || (wantsThoughts && IsOnlyOfFile(static can => can.Thinking)) ? null : Template;

        bool IsOnlyOfFile(Func<ChatTemplateCapabilities, bool> can) => !can(model.Chat.Find(Template).Template.Capabilities) && can(model.Chat.Find(null).Template.Capabilities);
    }

    // The model's messages come first, and the system's before them (chat in server/routes.go of Ollama 0.33); where tokens of an earlier
    // answer stand before the input, they begin with the model's messages already (GenerateHandler).
    private ChatInput Fill(ChatInput chat, LocalModel model)
    {
        bool hasSystem = chat.Messages is [{ Role.Value: "system" or "developer" }, ..];
        IEnumerable<ChatMessage> system = System is null || hasSystem ? [] : [new ChatMessage(ChatRole.System, System)];
        IReadOnlyList<ChatMessage> messages = chat.PrecedingTokens.IsEmpty ? Messages : [];
        return chat with
        {
            Messages = [.. system, .. messages, .. chat.Messages],
            Template = chat.Template ?? TemplateFor(model, chat.Tools.Count > 0, chat.Reasoning.Enabled == true),
        };
    }
}
