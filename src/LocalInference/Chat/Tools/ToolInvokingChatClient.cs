using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace LocalInference;

/// <summary>
/// A chat client that makes the calls a model asks for and asks it again with their results, until it answers in words. Calls, results
/// and the words are all part of the answer, and its usage is the sum of all rounds.
/// <para>What goes wrong with a call (a function that is not known, arguments that the schema does not allow, an exception) is told to the
/// model as the call's result. A call of a function that is only declared is left to the caller: the answer ends with it, and nothing of
/// that round is invoked. After the first round a model that had to call is free not to. Cancelling is never told to the model.</para>
/// Safe for concurrent use if the inner client and the functions are. Disposes the inner client.
/// </summary>
public sealed class ToolInvokingChatClient : DelegatingChatClient
{
    private readonly ToolInvokingOptions _options;

    /// <summary>Makes calls for a client.</summary>
    /// <param name="innerClient">The client that is asked.</param>
    /// <param name="options">How; <see langword="null"/>: defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException"><see cref="ToolInvokingOptions.MaximumIterations"/> is less than 1, or <see cref="ToolInvokingOptions.MaximumConsecutiveErrors"/> less than 0.</exception>
    public ToolInvokingChatClient(IChatClient innerClient, ToolInvokingOptions? options = null)
        : base(innerClient)
    {
        _options = options ?? ToolInvokingOptions.Default;
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.MaximumIterations, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(_options.MaximumConsecutiveErrors, nameof(options));
    }

    /// <inheritdoc/>
    public override async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var loop = new ToolLoop(_options, messages, options);
        var answer = new List<ChatMessage>();
        UsageDetails? usage = null;
        if (await loop.ResumeAsync(cancellationToken).ConfigureAwait(false) is { } resumed)
        {
            answer.AddRange(resumed);
            if (loop.IsOver)
            {
                return new ChatResponse(answer);
            }
        }

        while (true)
        {
            ChatResponse response = await base.GetResponseAsync(loop.Messages, loop.NextOptions(), cancellationToken).ConfigureAwait(false);
            answer.AddRange(response.Messages);
            if (response.Usage is { } part)
            {
                usage ??= new UsageDetails();
                usage.Add(part);
            }

            loop.Receive(response.Messages);
            if (!loop.IsOver)
            {
                answer.Add(await loop.InvokeAsync(cancellationToken).ConfigureAwait(false));
            }

            if (loop.IsOver)
            {
                response.Messages = answer;
                response.Usage = usage;
                return response;
            }
        }
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var loop = new ToolLoop(_options, messages, options);
        bool mayAsk = loop.MayAsk;
        foreach (ChatMessage resumed in await loop.ResumeAsync(cancellationToken).ConfigureAwait(false) ?? [])
        {
            yield return Update(resumed, last: null);
        }

        while (!loop.IsOver)
        {
            // Whether calls are made or asked about is known when all of them are: until then they wait, with what comes behind them.
            var updates = new List<ChatResponseUpdate>();
            int shown = 0;
            bool holds = false;
            await foreach (ChatResponseUpdate update in base.GetStreamingResponseAsync(loop.Messages, loop.NextOptions(), cancellationToken).ConfigureAwait(false))
            {
                updates.Add(update);
                holds |= mayAsk && update.Contents.Any(ToolLoop.IsCall);
                if (!holds)
                {
                    shown++;
                    yield return update;
                }
            }

            loop.Receive(updates.ToChatResponse().Messages);
            foreach (ChatResponseUpdate update in updates.Skip(shown))
            {
                yield return loop.Asks ? Asking(update) : update;
            }

            if (!loop.IsOver)
            {
                yield return Update(await loop.InvokeAsync(cancellationToken).ConfigureAwait(false), updates.Count > 0 ? updates[^1] : null);
            }
        }
    }

    private static ChatResponseUpdate Asking(ChatResponseUpdate update)
    {
        // The inner client's updates stay as they are.
        ChatResponseUpdate asking = update.Clone();
        asking.Contents = [.. update.Contents];
        ToolLoop.AskForApproval(asking.Contents);
        return asking;
    }

    private static ChatResponseUpdate Update(ChatMessage message, ChatResponseUpdate? last) => new(message.Role, message.Contents)
    {
        MessageId = message.MessageId,
        ResponseId = last?.ResponseId,
        ModelId = last?.ModelId,
        CreatedAt = last?.CreatedAt,
    };
}
