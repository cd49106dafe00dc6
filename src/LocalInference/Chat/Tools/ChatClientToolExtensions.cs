using Microsoft.Extensions.AI;

namespace LocalInference;

/// <summary>Adds the invocation of functions to chat clients.</summary>
public static class ChatClientToolExtensions
{
    /// <summary>A client that makes the calls that the model of another asks for; see <see cref="ToolInvokingChatClient"/>.</summary>
    /// <param name="client">The client that is asked; it is disposed with the new one.</param>
    /// <param name="options">How; <see langword="null"/>: defaults.</param>
    public static ToolInvokingChatClient WithToolInvocation(this IChatClient client, ToolInvokingOptions? options = null) => new(client, options);
}
