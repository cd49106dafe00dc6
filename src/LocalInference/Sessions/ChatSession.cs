using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using LocalInference.Abstractions;
using Microsoft.Extensions.AI;

namespace LocalInference;

/// <summary>
/// A conversation with a model, which keeps what was said. What the model has computed of it stays in the model's cache between turns, and
/// in the store of <see cref="LocalModelOptions.PrefixCacheBytes"/> while others need the cache, so that a turn costs its own tokens only.
/// <code>
/// var session = new ChatSession(model, [new(ChatRole.System, "Be brief.")]);
/// ChatResponse answer = await session.GetResponseAsync("What is a fork?");
/// ChatSession other = session.Fork();     // costs nothing, and both go on from here
/// await session.SaveAsync(file);          // and, in another process:
/// session = await ChatSession.LoadAsync(model, file);
/// </code>
/// One turn at a time; sessions of one model run side by side. A session owns nothing that is to be disposed.
/// </summary>
public sealed class ChatSession
{
    private readonly LocalModel _model;
    private readonly ChatSessionOptions _options;
    private readonly RecordingGenerator _generator;
    private readonly IChatClient _client;
    private ImmutableList<ChatMessage> _messages;
    private int _isAnswering;

    /// <summary>Begins a conversation. Nothing is computed.</summary>
    /// <param name="model">The model, which stays the caller's and has to outlive the session.</param>
    /// <param name="messages">What was said before, instructions first; <see langword="null"/>: nothing.</param>
    /// <param name="options">How it talks; <see langword="null"/>: defaults.</param>
    public ChatSession(LocalModel model, IEnumerable<ChatMessage>? messages = null, ChatSessionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        _model = model;
        _options = options ?? new ChatSessionOptions();
        _generator = new RecordingGenerator(model.AsTextGenerator(_options.Generator));
        IChatClient client = _generator.AsIChatClient();
        _client = _options.Pipeline?.Invoke(client) ?? client;
        _messages = messages as ImmutableList<ChatMessage> ?? [.. messages ?? []];
    }

    /// <summary>What was said, the last answer included. A new list after each turn; the messages in it should be left alone.</summary>
    public IReadOnlyList<ChatMessage> Messages => _messages;

    /// <summary>Says something and waits for the answer. A turn that fails or is cancelled leaves the conversation as it was.</summary>
    /// <param name="message">What the user says.</param>
    /// <param name="options">How to answer; <see langword="null"/>: as the session's options say.</param>
    /// <param name="cancellationToken">Stops the answer.</param>
    /// <exception cref="InvalidOperationException">The session is answering already.</exception>
    /// <exception cref="LocalInferenceException">The turn cannot be run; see <see cref="ITextGenerator.GenerateAsync"/>.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public Task<ChatResponse> GetResponseAsync(string message, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetResponseAsync(new ChatMessage(ChatRole.User, message), options, cancellationToken);

    /// <inheritdoc cref="GetResponseAsync(string, ChatOptions?, CancellationToken)"/>
    /// <param name="message">What the user says, or the results of the calls of the last answer.</param>
    /// <param name="options">How to answer; <see langword="null"/>: as the session's options say.</param>
    /// <param name="cancellationToken">Stops the answer.</param>
    public async Task<ChatResponse> GetResponseAsync(ChatMessage message, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var updates = new List<ChatResponseUpdate>();
        await foreach (ChatResponseUpdate update in GetStreamingResponseAsync(message, options, cancellationToken).ConfigureAwait(false))
        {
            updates.Add(update);
        }

        return updates.ToChatResponse();
    }

    /// <summary>
    /// Says something and gives the answer while it is made. It becomes part of the conversation with its last update: a turn that
    /// fails, is cancelled or left before leaves the conversation as it was.
    /// </summary>
    /// <inheritdoc cref="GetResponseAsync(string, ChatOptions?, CancellationToken)"/>
    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(string message, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(new ChatMessage(ChatRole.User, message), options, cancellationToken);

    /// <inheritdoc cref="GetStreamingResponseAsync(string, ChatOptions?, CancellationToken)"/>
    /// <param name="message">What the user says, or the results of the calls of the last answer.</param>
    /// <param name="options">How to answer; <see langword="null"/>: as the session's options say.</param>
    /// <param name="cancellationToken">Stops the answer.</param>
    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(ChatMessage message, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        return Answer(message, options ?? _options.ChatOptions, cancellationToken);
    }

    /// <summary>
    /// Another session that has said the same so far. It costs the same however long the conversation is: nothing is copied, here or
    /// in the cache.
    /// </summary>
    /// <exception cref="InvalidOperationException">The session is answering.</exception>
    public ChatSession Fork()
    {
        using Turn turn = Begin();
        return new ChatSession(_model, _messages, _options) { Last = _generator.Last };
    }

    /// <summary>
    /// Writes the conversation, and what the model has computed of it, so that another process goes on without computing it again.
    /// Options are not saved.
    /// </summary>
    /// <param name="destination">Where it is written; some kilobytes for each token.</param>
    /// <param name="cancellationToken">Stops before the writing begins.</param>
    /// <exception cref="InvalidOperationException">The session is answering.</exception>
    /// <exception cref="AdapterException">The adapter that the last answer was computed with is not loaded any more.</exception>
    /// <exception cref="IOException">The stream failed.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task SaveAsync(Stream destination, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        using Turn turn = Begin();
        (ReadOnlyMemory<int> tokens, IReadOnlyList<AdapterSelection>? adapters) = _generator.Last;
        byte[] conversation = SavedConversation.Write(_messages, adapters, _options.Generator.JsonSerializerOptions);
        await _model.SaveSessionAsync(conversation, tokens, destination, adapters, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads what <see cref="SaveAsync"/> wrote.</summary>
    /// <param name="model">The model that it was saved with, to the byte.</param>
    /// <param name="source">Where it is read from.</param>
    /// <param name="options">How the session talks; <see langword="null"/>: defaults.</param>
    /// <param name="cancellationToken">Stops before the reading begins.</param>
    /// <exception cref="SessionException">
    /// It is something else (<c>session_invalid</c>), damaged (<c>session_damaged</c>), or of another model (<c>session_other_model</c>).
    /// </exception>
    /// <exception cref="AdapterException">The adapter that the last answer was computed with is not loaded.</exception>
    /// <exception cref="IOException">The stream failed.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static async Task<ChatSession> LoadAsync(LocalModel model, Stream source, ChatSessionOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(source);
        options ??= new ChatSessionOptions();
        SavedConversation? saved = null;
        (_, int[] tokens) = await model.LoadSessionAsync(
            source,
            json => (saved = SavedConversation.Read(json, options.Generator.JsonSerializerOptions)).Adapters,
            cancellationToken).ConfigureAwait(false);
        return new ChatSession(model, saved!.Messages, options) { Last = (tokens, saved.Adapters) };
    }

    private (ReadOnlyMemory<int> Tokens, IReadOnlyList<AdapterSelection>? Adapters) Last
    {
        init => _generator.Last = value;
    }

    private async IAsyncEnumerable<ChatResponseUpdate> Answer(ChatMessage message, ChatOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using Turn turn = Begin();
        ImmutableList<ChatMessage> asked = _messages.Add(message);
        var updates = new List<ChatResponseUpdate>();
        (ReadOnlyMemory<int>, IReadOnlyList<AdapterSelection>?) before = _generator.Last;
        bool answered = false;
        try
        {
            await foreach (ChatResponseUpdate update in _client.GetStreamingResponseAsync(asked, options, cancellationToken).ConfigureAwait(false))
            {
                updates.Add(update);
                yield return update;
            }

            _messages = asked.AddRange(updates.ToChatResponse().Messages);
            answered = true;
        }
        finally
        {
            if (!answered)
            {
                _generator.Last = before;
            }
        }
    }

    private Turn Begin() => Interlocked.Exchange(ref _isAnswering, 1) == 0
        ? new Turn(this)
        : throw new InvalidOperationException("The session is answering already; wait for the end of the turn, or ask a fork of it.");

    private readonly struct Turn(ChatSession session) : IDisposable
    {
        public void Dispose() => Volatile.Write(ref session._isAnswering, 0);
    }
}
