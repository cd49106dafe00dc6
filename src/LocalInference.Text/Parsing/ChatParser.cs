using LocalInference.Text.Parsing;

namespace LocalInference.Text;

/// <summary>
/// Reads what a model generates, piece by piece, into thinking, content and tool calls. Text is reported as soon as it cannot
/// be part of a marker any more; the merged events do not depend on how the text was cut. It never throws on text, takes time
/// linear in it, and loses none: what only looks like a call is content. Not thread-safe.
/// </summary>
public sealed class ChatParser
{
    private readonly ParseContext _context;
    private readonly ParseStep<bool> _run;
    private bool _completed;

    /// <param name="format">How the model writes, from <see cref="ChatFormatDetector"/>.</param>
    /// <param name="options">What was asked for.</param>
    public ChatParser(ChatFormat format, ChatParserOptions options)
    {
        ArgumentNullException.ThrowIfNull(format);
        ArgumentNullException.ThrowIfNull(options);
        _context = new ParseContext(new PieceReader(), new ParserOutput(), format, options);
        _run = DialectParser.For(_context).RunAsync();
        _context.Reader.Append(AnswerPrefix.Of(format, options));
    }

    /// <summary>The message so far; after <see cref="Complete"/>, the message.</summary>
    public ChatMessage Message => _context.Output.Message;

    /// <summary>Whether a tool call was closed that the model had not finished.</summary>
    public bool HasIncompleteCall => _context.Output.HasIncompleteCall;

    /// <summary>Reads the next piece.</summary>
    /// <param name="piece">Any part of the text, cut anywhere between UTF-16 code units.</param>
    /// <returns>What became certain; empty if nothing did.</returns>
    /// <exception cref="InvalidOperationException"><see cref="Complete"/> was called.</exception>
    public IReadOnlyList<ChatParseEvent> Feed(ReadOnlySpan<char> piece)
    {
        if (_completed)
        {
            throw new InvalidOperationException("The parser was completed; parse the next generation with a new one.");
        }

        _context.Reader.Append(piece);
        return TakeEvents();
    }

    /// <summary>
    /// Tells that the generation ended. What was held back is reported, and a call that is not finished is closed to valid JSON.
    /// </summary>
    /// <returns>The last events; empty if there are none, and on a second call.</returns>
    public IReadOnlyList<ChatParseEvent> Complete()
    {
        if (!_completed)
        {
            _completed = true;
            _context.Reader.End();
            _context.Output.End();
        }

        return TakeEvents();
    }

    /// <summary>Reads a whole text at once.</summary>
    /// <param name="format">How the model writes.</param>
    /// <param name="options">What was asked for.</param>
    /// <param name="text">All the model generated.</param>
    public static ChatMessage Parse(ChatFormat format, ChatParserOptions options, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        ChatParser parser = new(format, options);
        parser.Feed(text);
        parser.Complete();
        return parser.Message;
    }

    private IReadOnlyList<ChatParseEvent> TakeEvents()
    {
        if (_run.IsCompleted)
        {
            // A mistake of this library must not look like an answer that is cut short.
            _run.GetResult();
        }

        return _context.Output.TakeEvents();
    }
}
