namespace LocalInference.Text.Parsing;

/// <summary>
/// gpt-oss: <c>&lt;|start|&gt;assistant to=functions.f&lt;|channel|&gt;commentary &lt;|constrain|&gt;json&lt;|message|&gt;…&lt;|call|&gt;</c>. The
/// recipient may stand before or after the channel, and the prompt has written the first start already.
/// </summary>
internal sealed class HarmonyParser(ParseContext context) : DialectParser(context)
{
    private const string Start = "<|start|>";
    private const string Channel = "<|channel|>";
    private const string Message = "<|message|>";
    private const string ToolPrefix = "functions.";
    private const string Recipient = "to=";

    private static readonly string[] s_headerStarts = [Start, Channel, Message, Recipient, "<|constrain|>"];
    private static readonly MarkerSet s_ends = new(["<|end|>", "<|return|>", "<|call|>", Start, Channel]);
    private static readonly MarkerSet s_starts = new([Start, Channel]);

    private readonly JsonArgumentsReader _arguments = new(context);

    public override async ParseStep<bool> RunAsync()
    {
        while (await Reader.PeekAsync() >= 0)
        {
            string? header = await HeaderAsync(s_headerStarts, Message);
            if (header is null)
            {
                await TextWithoutHeaderAsync();
            }
            else
            {
                Reader.Advance(header.Length + Message.Length);
                await BodyAsync(header);
            }
        }

        return true;
    }

    private async ParseStep<bool> BodyAsync(string header)
    {
        if (header.Contains(Start + ToolPrefix, StringComparison.Ordinal))
        {
            // The model makes up the result of its own call.
            return await EndAsync(TextKind.Discarded);
        }

        int channelAt = header.LastIndexOf(Channel, StringComparison.Ordinal);
        string channel = channelAt < 0 ? "final" : Word(header[(channelAt + Channel.Length)..]);
        int recipientAt = header.LastIndexOf(Recipient, StringComparison.Ordinal);
        string recipient = recipientAt < 0 ? string.Empty : Word(header[(recipientAt + Recipient.Length)..]);
        bool isForTool = recipient.Length > 0 && recipient is not ("assistant" or "user" or "all");
        bool hasPrefix = recipient.StartsWith(ToolPrefix, StringComparison.Ordinal);
        string tool = hasPrefix ? recipient[ToolPrefix.Length..] : recipient;
        if (isForTool && Context.ReadsCalls && (hasPrefix || Context.IsTool(tool)))
        {
            await _arguments.ReadAsync(tool);
            return await EndAsync(TextKind.Content);
        }

        if (isForTool)
        {
            return await EndAsync(TextKind.Discarded);
        }

        if (channel != "analysis")
        {
            return await EndAsync(TextKind.Content);
        }

        if (Context.SeparatesReasoning)
        {
            await EndAsync(TextKind.Reasoning);
            Output.EndReasoning();
            return true;
        }

        Output.Content(Channel + "analysis" + Message);
        string? end = await TextAsync(s_ends, TextKind.Content);
        Output.Content("<|end|>");
        return await ConsumeEndAsync(end);
    }

    private async ParseStep<bool> EndAsync(TextKind kind) => await ConsumeEndAsync(await TextAsync(s_ends, kind));

    private async ParseStep<bool> ConsumeEndAsync(string? end)
    {
        if (end is not null && end != Start && end != Channel)
        {
            await Reader.TakeAsync(end);
        }

        return true;
    }

    /// <summary>A model that leaves the format out: what it writes up to the next header is content.</summary>
    private async ParseStep<bool> TextWithoutHeaderAsync()
    {
        int c = await Reader.PeekAsync();
        if (c >= 0)
        {
            // At least one code unit, because what comes may look like a header and be none.
            Write([(char)c], TextKind.Content);
            Reader.Advance(1);
        }

        return await TextAsync(s_starts, TextKind.Content) is not null;
    }

    private static string Word(string text)
    {
        int end = text.AsSpan().IndexOfAny(" <\t\n");
        return end < 0 ? text : text[..end];
    }
}
