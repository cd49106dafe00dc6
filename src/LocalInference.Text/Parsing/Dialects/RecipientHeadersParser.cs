namespace LocalInference.Text.Parsing;

/// <summary>
/// Muse: <c> to=user&lt;|message|&gt;…&lt;|eom|&gt;&lt;|start|&gt;assistant to=f&lt;|message|&gt;calls in tags</c>; <c>self</c> is thinking.
/// </summary>
internal sealed class RecipientHeadersParser(ParseContext context) : DialectParser(context)
{
    private const string Start = "<|start|>";
    private const string Message = "<|message|>";
    private const string Recipient = "to=";

    private static readonly string[] s_headerStarts = [Start, Recipient, Message];
    private static readonly MarkerSet s_ends = new(["<|eom|>", "<|eot|>", Start]);

    private readonly CallReader _calls = CallReader.For(context.Format.Tools.Syntax, context);

    public override async ParseStep<bool> RunAsync()
    {
        while (await Reader.PeekAsync() >= 0)
        {
            string? header = await HeaderAsync(s_headerStarts, Message);
            TextKind kind = TextKind.Content;
            if (header is not null)
            {
                Reader.Advance(header.Length + Message.Length);
                int at = header.LastIndexOf(Recipient, StringComparison.Ordinal);
                string recipient = at < 0 ? "user" : header[(at + Recipient.Length)..].Trim();
                kind = recipient == "self" ? TextKind.Reasoning : TextKind.Content;
                if (recipient is not ("self" or "user") && Context.ReadsCalls)
                {
                    await CallsAsync();
                }
            }
            else if (await Reader.TakeAsync(Start))
            {
                Write(Start, kind);
            }

            string? end = await TextAsync(s_ends, kind);
            if (kind == TextKind.Reasoning && Context.SeparatesReasoning)
            {
                Output.EndReasoning();
            }

            if (end is not null && end != Start)
            {
                Reader.Advance(end.Length);
            }
        }

        return true;
    }

    private async ParseStep<bool> CallsAsync()
    {
        ToolFormat tools = Context.Format.Tools;
        while (true)
        {
            Reader.Mark();
            await Reader.SkipSpaceAsync();
            await Reader.TakeAsync(tools.SectionStart);
            await Reader.SkipSpaceAsync();
            if (await _calls.ReadAsync(onlyKnown: false) != CallOutcome.Complete)
            {
                Reader.Rewind();
                return false;
            }
        }
    }
}
