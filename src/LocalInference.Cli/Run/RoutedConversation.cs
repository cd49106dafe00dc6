using System.Runtime.CompilerServices;
using LocalInference.Abstractions;
using Microsoft.Extensions.AI;

namespace LocalInference.Cli.Run;

/// <summary>
/// A conversation with a provider's model, or with whichever a route leads to. Only what somebody has set is sent: defaults are those of
/// whoever answers, and no provider has all settings. Thoughts are not shown.
/// </summary>
/// <param name="generator">All models that the settings name.</param>
/// <param name="settings">How <c>run</c> was called.</param>
/// <param name="begun">The options that the session began with; what differs from them has been set since.</param>
/// <param name="onRoute">Told who answers, and why.</param>
internal sealed class RoutedConversation(ITextGenerator generator, RunSettings settings, GenerationOptions begun, Action<GenerationRoute> onRoute) : IConversation
{
    private readonly List<ChatMessage> _messages = [];

    public bool IsChat => !settings.Raw;

    public int? ContextLength => null;

    public string? System { get; set; } = settings.System;

    public void Clear() => _messages.Clear();

    public async IAsyncEnumerable<GenerationUpdate> Ask(string prompt, GenerationOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (GenerationEvent e in generator.GenerateAsync(Request(prompt, options), cancellationToken).ConfigureAwait(false))
        {
            switch (e)
            {
                case GenerationStarted { Route: { } route }:
                    onRoute(route);
                    break;
                case AnswerContinued continued:
                    onRoute(continued.Route);
                    break;
                case TextDelta delta:
                    yield return new GenerationUpdate { Text = delta.Text };
                    break;
                case GenerationEnded ended:
                    yield return new GenerationUpdate { Text = "", FinishReason = ended.FinishReason, Usage = ended.Usage };
                    break;
            }
        }
    }

    public void Remember(string prompt, string answer)
    {
        if (IsChat)
        {
            _messages.Add(new(ChatRole.User, prompt));
            _messages.Add(new(ChatRole.Assistant, answer));
        }
    }

    private GenerationRequest Request(string prompt, GenerationOptions options)
    {
        IEnumerable<ChatMessage> system = string.IsNullOrEmpty(System) ? [] : [new(ChatRole.System, System)];
        return new()
        {
            Model = settings.Model,
            Input = IsChat
                ? new ChatInput { Messages = [.. system, .. _messages, new(ChatRole.User, prompt)] }
                : new Abstractions.PromptInput { Text = prompt },
            MaxTokens = options.MaxTokens,
            StopSequences = options.StopSequences,
            Sampling = Sampling(options.Sampling),
        };
    }

    private SamplingOverrides Sampling(SamplingOptions now)
    {
        SamplingOverrides given = settings.Generation.Sampling;
        return given with
        {
            Temperature = Set(now.Temperature, begun.Sampling.Temperature, given.Temperature),
            TopP = Set(now.TopP, begun.Sampling.TopP, given.TopP),
            TopK = Set(now.TopK, begun.Sampling.TopK, given.TopK),
            MinP = Set(now.MinP, begun.Sampling.MinP, given.MinP),
            Seed = now.Seed,
        };
    }

    private static T? Set<T>(T now, T before, T? given)
        where T : struct, IEquatable<T> => now.Equals(before) ? given : now;
}
