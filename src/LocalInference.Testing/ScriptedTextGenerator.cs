using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using LocalInference.Abstractions;

namespace LocalInference.Testing;

/// <summary>
/// A generator that answers from a script: the same events for the same requests on every machine, without a model. It records what it
/// was asked, and can wait and fail where a script says so.
/// <example>
/// <code>
/// var generator = new ScriptedTextGenerator(
///     ScriptedAnswer.Call("get_weather", """{"city":"Oslo"}"""),
///     ScriptedAnswer.Say("It rains in Oslo."));
/// IChatClient client = generator.AsIChatClient();
/// // … what is to be tested …
/// Assert.Equal(2, generator.Requests.Count);
/// </code>
/// </example>
/// <para>Answers are given in the order in which requests begin to be read. A request behind the last one is a
/// <see cref="GenerationException"/> (<c>script_exhausted</c>), so that a loop too many is seen. A script that depends on the request is
/// given as a function instead. Ids and times are fixed: answers are named <c>answer-1</c>, <c>answer-2</c> …, and the clock is the
/// <see cref="TimeProvider"/>'s. Safe for concurrent use.</para>
/// </summary>
public sealed class ScriptedTextGenerator : ITextGenerator
{
    private readonly Func<GenerationRequest, int, ScriptedAnswer?> _script;
    private readonly ConcurrentQueue<GenerationRequest> _requests = new();
    private int _begun;
    private int _cancelled;

    /// <summary>Answers in this order.</summary>
    /// <param name="answers">The answers.</param>
    public ScriptedTextGenerator(params IReadOnlyList<ScriptedAnswer> answers)
    {
        ArgumentNullException.ThrowIfNull(answers);
        _script = (_, place) => place < answers.Count ? answers[place] : null;
    }

    /// <summary>Answers as a function says.</summary>
    /// <param name="script">
    /// Gets the request and how many came before it, and gives the answer; <see langword="null"/>: there is none. It may be called by
    /// several threads at once.
    /// </param>
    public ScriptedTextGenerator(Func<GenerationRequest, int, ScriptedAnswer?> script)
    {
        ArgumentNullException.ThrowIfNull(script);
        _script = script;
    }

    /// <summary>Who it says it is. Default: provider <c>scripted</c>, model <c>script</c>.</summary>
    public TextGeneratorMetadata Metadata { get; init; } = new() { ProviderName = "scripted", DefaultModel = "script" };

    /// <summary>The clock of delays and of <see cref="GenerationStarted.CreatedAt"/>. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>What it was asked so far, in the order in which the answers began to be read.</summary>
    public IReadOnlyList<GenerationRequest> Requests => [.. _requests];

    /// <summary>How many answers were left or cancelled before their end.</summary>
    public int CancelledAnswers => Volatile.Read(ref _cancelled);

    /// <inheritdoc/>
    public IAsyncEnumerable<GenerationEvent> GenerateAsync(GenerationRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Play(request, cancellationToken);
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(TextGeneratorMetadata) ? Metadata
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    private async IAsyncEnumerable<GenerationEvent> Play(GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        int place = Interlocked.Increment(ref _begun) - 1;
        _requests.Enqueue(request);
        ScriptedAnswer answer = _script(request, place) ?? throw ScriptedFailure.Generation("script_exhausted", $"The script has no answer for request {place + 1}");
        bool isOver = false;
        try
        {
            var player = new AnswerPlayer(answer, request);
            var started = new GenerationStarted($"answer-{place + 1}", request.Model ?? Metadata.DefaultModel ?? "script", TimeProvider.GetUtcNow());
            foreach (ScriptedStep step in answer.Steps)
            {
                if (step.Delay > TimeSpan.Zero)
                {
                    await Task.Delay(step.Delay, TimeProvider, cancellationToken).ConfigureAwait(false);
                }

                cancellationToken.ThrowIfCancellationRequested();
                if (step.Failure is { } failure)
                {
                    isOver = true;
                    throw failure;
                }

                if (started is not null && step.Event is not null)
                {
                    yield return started;
                    started = null;
                }

                foreach (GenerationEvent e in player.Play(step.Event))
                {
                    yield return e;
                }
            }

            if (started is not null)
            {
                yield return started;
            }

            isOver = true;
            yield return player.End();
        }
        finally
        {
            if (!isOver)
            {
                Interlocked.Increment(ref _cancelled);
            }
        }
    }
}
