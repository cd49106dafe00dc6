using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace LocalInference.Abstractions;

/// <summary>See <see cref="TextGeneratorExtensions.AsIChatClient(ITextGenerator, TextGeneratorChatClientOptions)"/>.</summary>
internal sealed class TextGeneratorChatClient(ITextGenerator generator, TextGeneratorChatClientOptions options) : IChatClient
{
    private readonly ChatClientMetadata _metadata = new(
        generator.Metadata.ProviderName,
        generator.Metadata.ProviderUri,
        options.Model ?? generator.Metadata.DefaultModel);

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return Stream(ChatRequest.Of(this, [.. messages], options), cancellationToken);
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? generator.GetService(serviceType, serviceKey)
            : serviceType == typeof(ChatClientMetadata) ? _metadata
            : serviceType.IsInstanceOfType(this) ? this
            : serviceType.IsInstanceOfType(generator) ? generator
            : generator.GetService(serviceType);
    }

    /// <summary>The generator is not the client's own.</summary>
    public void Dispose()
    {
    }

    internal TextGeneratorChatClientOptions Options => options;

    private async IAsyncEnumerable<ChatResponseUpdate> Stream(GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var updates = new ChatUpdateBuilder();
        await foreach (GenerationEvent e in generator.GenerateAsync(request, cancellationToken).ConfigureAwait(false))
        {
            if (updates.Of(e) is { } update)
            {
                yield return update;
            }
        }
    }
}
