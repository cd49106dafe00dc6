using LocalInference.Abstractions;
using Microsoft.Extensions.AI;

namespace LocalInference.Clients.Tests.Server;

/// <summary>
/// Makes a model of random weights answer as a trained one would: it calls a function if it is offered one, and then says one sentence.
/// Both are forced by grammars, so that requests stay as the clients send them; what a request itself asks for is left as it is.
/// </summary>
internal sealed class ForcedGenerator(ITextGenerator model) : ITextGenerator
{
    private static readonly GrammarOutput s_sentence = new("root ::= \"Hello from the model.\"");

    public TextGeneratorMetadata Metadata => model.Metadata;

    public IAsyncEnumerable<GenerationEvent> GenerateAsync(GenerationRequest request, CancellationToken cancellationToken = default) => model.GenerateAsync(Force(request), cancellationToken);

    public object? GetService(Type serviceType, object? serviceKey = null) => model.GetService(serviceType, serviceKey);

    private static GenerationRequest Force(GenerationRequest request) => request switch
    {
        { Output: not null } => request,
        { Input: ChatInput { Tools.Count: > 0 } chat } when chat.Messages[^1].Role != ChatRole.Tool =>
            request with { Input = chat with { ToolMode = ChatToolMode.RequireAny, AllowMultipleToolCalls = false } },
        { Input: ChatInput chat } => request with { Input = chat with { ToolMode = ChatToolMode.None }, Output = s_sentence },
        _ => request with { Output = s_sentence },
    };
}
