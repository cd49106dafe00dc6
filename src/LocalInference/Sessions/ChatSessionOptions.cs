using Microsoft.Extensions.AI;

namespace LocalInference;

/// <summary>How a <see cref="ChatSession"/> talks. Immutable as far as the objects in it are left alone.</summary>
public sealed record ChatSessionOptions
{
    /// <summary>What holds for turns that bring no options of their own. Default: the model's settings.</summary>
    public ChatOptions? ChatOptions { get; init; }

    /// <summary>How the model answers.</summary>
    public LocalTextGeneratorOptions Generator { get; init; } = LocalTextGeneratorOptions.Default;

    /// <summary>
    /// Puts other clients before the model's, for instance <c>client => new ToolInvokingChatClient(client)</c>; called for each session
    /// and each fork. All messages of their answers become part of the conversation. Default: none.
    /// </summary>
    public Func<IChatClient, IChatClient>? Pipeline { get; init; }
}
