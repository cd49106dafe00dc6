using LocalInference.Abstractions;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Models;

namespace LocalInference.Cli.Run;

/// <summary>
/// What has been said. A model with a chat template sees all of it; another one, or any in raw mode, continues each prompt on
/// its own.
/// </summary>
internal sealed class Conversation : IConversation
{
    private readonly IConversationModel _model;
    private readonly ChatMessage[] _begun;
    private readonly List<ChatMessage> _messages = [];

    public Conversation(IConversationModel model, bool raw, string? system)
    {
        _model = model;
        _begun = [.. model.Defaults.Messages.Select(static message => new ChatMessage(message.Role.Value, message.Text))];
        IsChat = !raw && model.HasTemplate;
        System = system ?? (IsChat ? model.Defaults.System : null);
        if (system is not null && !IsChat)
        {
            throw new CliException("--system needs a model with a chat template, and this one has none.", "Leave it out and put the text into the prompt.");
        }
    }

    public bool IsChat { get; }

    public int? ContextLength => _model.ContextLength;

    public string? System { get; set; }

    public void Clear() => _messages.Clear();

    public IAsyncEnumerable<GenerationUpdate> Ask(string prompt, GenerationOptions options, CancellationToken cancellationToken)
    {
        if (!IsChat)
        {
            return _model.GenerateAsync(prompt, options, cancellationToken);
        }

        IEnumerable<ChatMessage> system = System is null ? [] : [new("system", System)];
        return _model.ChatAsync([.. system, .. _begun, .. _messages, new("user", prompt)], options, cancellationToken);
    }

    public void Remember(string prompt, string answer)
    {
        if (IsChat)
        {
            _messages.Add(new("user", prompt));
            _messages.Add(new("assistant", answer));
        }
    }
}
