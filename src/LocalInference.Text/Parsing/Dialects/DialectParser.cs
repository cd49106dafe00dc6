namespace LocalInference.Text.Parsing;

/// <summary>Reads a whole answer.</summary>
internal abstract class DialectParser(ParseContext context)
{
    /// <summary>Longer than any header: beyond it the text is not one.</summary>
    private const int MaximumHeader = 512;

    protected ParseContext Context => context;

    protected PieceReader Reader => context.Reader;

    protected ParserOutput Output => context.Output;

    /// <summary>Reads until the generation ends.</summary>
    public abstract ParseStep<bool> RunAsync();

    public static DialectParser For(ParseContext context) => context.Format.Dialect switch
    {
        ChatDialect.Harmony => new HarmonyParser(context),
        ChatDialect.Recipients => new RecipientsParser(context),
        ChatDialect.RecipientHeaders => new RecipientHeadersParser(context),
        _ => new SequenceParser(context),
    };

    /// <summary>Passes text on until a marker comes.</summary>
    /// <returns>The marker, not consumed; <see langword="null"/> at the end of the generation.</returns>
    protected async ParseStep<string?> TextAsync(MarkerSet markers, TextKind kind)
    {
        while (true)
        {
            int length = markers.Find(Reader.Available, Reader.HasEnded, out string? marker);
            Write(Reader.Available[..length], kind);
            Reader.Advance(length);
            if (marker is not null || (Reader.HasEnded && Reader.Available.IsEmpty))
            {
                return marker;
            }

            await Reader.More();
        }
    }

    /// <summary>The header of a message, if one comes next: what stands before its end. It is not consumed.</summary>
    /// <param name="starts">What headers begin with.</param>
    /// <param name="end">What ends them.</param>
    protected async ParseStep<string?> HeaderAsync(string[] starts, string end)
    {
        if (await Reader.ComesAfterSpaceAsync(0, starts) < 0)
        {
            return null;
        }

        Reader.Mark();
        string? header = await Reader.TextBeforeAsync(end, MaximumHeader);
        Reader.Rewind();
        return header;
    }

    protected void Write(ReadOnlySpan<char> text, TextKind kind)
    {
        if (text.IsEmpty)
        {
            return;
        }

        if (kind == TextKind.Reasoning && context.SeparatesReasoning)
        {
            Output.Reasoning(text);
        }
        else if (kind != TextKind.Discarded)
        {
            Output.Content(text);
        }
    }
}
