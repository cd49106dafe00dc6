using System.Runtime.ExceptionServices;
using LocalInference.Abstractions;
using LocalInference.Server.Http;
using LocalInference.Text;

namespace LocalInference.Server.Generation;

/// <summary>An answer that is being made: the request was accepted.</summary>
internal sealed class RunningAnswer : IAsyncDisposable
{
    // What llama-server's and Ollama's clients expect of a model without a template.
    private const string ChatMlEnd = "<|im_end|>";

    private readonly IAsyncEnumerator<GenerationEvent> _events;

    private RunningAnswer(IAsyncEnumerator<GenerationEvent> events, GenerationStarted started)
    {
        _events = events;
        Started = started;
    }

    public GenerationStarted Started { get; }

    /// <summary>Begins an answer.</summary>
    /// <param name="generator">Answers it.</param>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="LocalInferenceException">The request cannot be run.</exception>
    public static async Task<RunningAnswer> BeginAsync(ITextGenerator generator, GenerationRequest request, CancellationToken cancellationToken)
    {
        IAsyncEnumerator<GenerationEvent> events = generator.GenerateAsync(request, cancellationToken).GetAsyncEnumerator(cancellationToken);
        try
        {
            return await events.MoveNextAsync().ConfigureAwait(false) && events.Current is GenerationStarted started
                ? new RunningAnswer(events, started)
                : throw new InvalidOperationException("The generator's first event is not its start.");
        }
        catch
        {
            await events.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// Begins an answer to a conversation; a model without a chat template gets ChatML, whose marks are plain text to it, and ends at
    /// its mark.
    /// </summary>
    /// <inheritdoc cref="BeginAsync"/>
    public static async Task<RunningAnswer> BeginChatAsync(ITextGenerator generator, GenerationRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await BeginAsync(generator, request, cancellationToken).ConfigureAwait(false);
        }
        catch (GenerationException e) when (e.Code == "template_missing" && request.Input is ChatInput)
        {
            return await BeginAsync(generator, WithChatMl(request), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The request for a model that has no template.</summary>
    public static GenerationRequest WithChatMl(GenerationRequest request) => request with
    {
        Input = (ChatInput)request.Input with { Template = new PromptTemplate(ChatTemplate.ChatMlSource, PromptTemplateLanguage.Jinja) },
        StopSequences = [.. request.StopSequences, ChatMlEnd],
    };

    /// <summary>Reads the answer to its end.</summary>
    /// <param name="read">Gets each event after the first.</param>
    public async Task ReadAsync(Func<GenerationEvent, ValueTask> read)
    {
        while (await _events.MoveNextAsync().ConfigureAwait(false))
        {
            await read(_events.Current).ConfigureAwait(false);
        }
    }

    /// <summary>Reads the answer to its end and sends what is written of it, at the latest when there is nothing more to write yet.</summary>
    /// <param name="write">Writes each event after the first into the stream.</param>
    /// <param name="stream">The stream.</param>
    public async Task SendAsync(Action<GenerationEvent> write, EventStream stream)
    {
        while (await SendAndMoveAsync(stream).ConfigureAwait(false))
        {
            write(_events.Current);
        }
    }

    public ValueTask DisposeAsync() => _events.DisposeAsync();

    private ValueTask<bool> SendAndMoveAsync(EventStream stream)
    {
        ValueTask<bool> next = _events.MoveNextAsync();
        return next.IsCompleted && !stream.IsFull ? next : SendMeanwhileAsync(next, stream);
    }

    private static async ValueTask<bool> SendMeanwhileAsync(ValueTask<bool> next, EventStream stream)
    {
        Exception? left = null;
        try
        {
            await stream.FlushAsync().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Thrown again below: an enumeration can be left only between two of its steps.
        catch (Exception e)
#pragma warning restore CA1031
        {
            left = e;
        }

        bool moved = await next.ConfigureAwait(false);
        if (left is not null)
        {
            ExceptionDispatchInfo.Throw(left);
        }

        return moved;
    }
}
