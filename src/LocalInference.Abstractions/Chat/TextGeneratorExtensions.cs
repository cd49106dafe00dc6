using Microsoft.Extensions.AI;

namespace LocalInference.Abstractions;

/// <summary>Other faces of an <see cref="ITextGenerator"/>.</summary>
public static class TextGeneratorExtensions
{
    /// <summary>
    /// An <c>IChatClient</c> over a generator. It never invokes functions, keeps no conversations, is safe for concurrent use, and does
    /// not dispose the generator. It maps:
    /// <list type="bullet">
    /// <item><c>Instructions</c>: a system message before the others. <c>Reasoning</c>: effort None switches thinking off, ExtraHigh is
    /// <c>xhigh</c>; output None hides the thoughts. <c>Seed</c>: its lower 32 bits, mixed with the upper ones.</item>
    /// <item><c>Tools</c>: those that are <c>AIFunctionDeclaration</c>s; tools of other kinds run elsewhere and are passed over.</item>
    /// <item><c>RawRepresentationFactory</c>: may return a new <see cref="GenerationRequest"/> with what <c>ChatOptions</c> cannot say;
    /// its own settings go before those of the other options, and only the messages of its <see cref="ChatInput"/> are replaced.</item>
    /// <item><c>AdditionalProperties</c>: the names in <see cref="ChatOptionNames"/>; others are passed over.</item>
    /// <item><c>ConversationId</c> and <c>ContinuationToken</c>: a <see cref="GenerationException"/> (<c>conversation_unsupported</c>),
    /// because an answer without the messages they stand for would be wrong. <c>AllowBackgroundResponses</c> has no effect.</item>
    /// </list>
    /// Each update of a stream has the same response id, message id, model, time and role. A call of a function comes when it is whole;
    /// one that the model did not finish has an <c>Exception</c>. The last update has the finish reason and the only usage, with
    /// durations in nanoseconds among its additional counts (see <see cref="ChatUsageNames"/>). An update's raw representation is the
    /// <see cref="GenerationEvent"/> it was made of.
    /// </summary>
    /// <param name="generator">What generates.</param>
    /// <param name="options">Settings of the client; <see langword="null"/>: defaults.</param>
    public static IChatClient AsIChatClient(this ITextGenerator generator, TextGeneratorChatClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(generator);
        return new TextGeneratorChatClient(generator, options ?? TextGeneratorChatClientOptions.Default);
    }
}
