using LocalInference.Abstractions;
using Microsoft.Extensions.AI;

namespace LocalInference.Providers.Tests;

/// <summary>Providers over fakes, with times that suit tests, and what they answer.</summary>
internal static class TestProviders
{
    public static ResilienceOptions Quick { get; } = new()
    {
        RetryDelay = TimeSpan.FromMilliseconds(1),
        MaxRetryDelay = TimeSpan.FromSeconds(2),
        TryTimeout = TimeSpan.FromSeconds(20),
        IdleTimeout = TimeSpan.FromSeconds(20),
        TotalTimeout = TimeSpan.FromSeconds(60),
        BreakerMinimumTries = 1000,
    };

    public static ProviderOptions Options(FakeProvider server, ProviderKind kind, string name = "fake") => new()
    {
        Name = name,
        Kind = kind,
        Address = kind is ProviderKind.Anthropic or ProviderKind.Ollama ? server.Address : new Uri(server.Address, "/v1"),
        Resilience = Quick,
        DefaultModel = "m-1",
    };

    public static GenerationRequest Chat(string text) => new() { Input = new ChatInput { Messages = [new ChatMessage(ChatRole.User, text)] } };

    public static GenerationRequest Chat(params IReadOnlyList<ChatMessage> messages) => new() { Input = new ChatInput { Messages = messages } };

    /// <summary>All events of an answer.</summary>
    public static async Task<List<GenerationEvent>> RunAsync(this ITextGenerator generator, GenerationRequest request, CancellationToken cancellationToken = default)
    {
        List<GenerationEvent> events = [];
        await foreach (GenerationEvent e in generator.GenerateAsync(request, cancellationToken))
        {
            events.Add(e);
        }

        return events;
    }

    /// <summary>The text of an answer, and the error that ended it.</summary>
    public static async Task<(string Text, Exception? Error)> TryAsync(this ITextGenerator generator, GenerationRequest request, CancellationToken cancellationToken = default)
    {
        string text = "";
        try
        {
            await foreach (GenerationEvent e in generator.GenerateAsync(request, cancellationToken))
            {
                text += (e as TextDelta)?.Text;
            }

            return (text, null);
        }
        catch (Exception e) when (e is LocalInferenceException or OperationCanceledException)
        {
            return (text, e);
        }
    }

    public static string Text(this IEnumerable<GenerationEvent> events) => string.Concat(events.OfType<TextDelta>().Select(static delta => delta.Text));

    /// <summary>Sends one request to a provider that answers as it says, and returns what both saw.</summary>
    public static async Task<(RecordedRequest Request, List<GenerationEvent> Events)> ExchangeAsync(ProviderKind kind, GenerationRequest request, Answer answer)
    {
        await using FakeProvider server = await FakeProvider.StartAsync(answer);
        using var provider = new RemoteProvider(Options(server, kind));
        List<GenerationEvent> events = await provider.Generator.RunAsync(request);
        return (server.Request, events);
    }
}
