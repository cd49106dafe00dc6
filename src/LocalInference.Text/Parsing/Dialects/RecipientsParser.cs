namespace LocalInference.Text.Parsing;

/// <summary>
/// Functionary v3.2: <c>all\ncontent&gt;&gt;&gt;f\n{…}</c>. The prompt ends with the first <c>&gt;&gt;&gt;</c>; <c>all</c> is the user.
/// </summary>
internal sealed class RecipientsParser(ParseContext context) : DialectParser(context)
{
    private const string Marker = ">>>";
    private const string Everybody = "all";

    private static readonly MarkerSet s_markers = new([Marker]);

    private readonly JsonArgumentsReader _arguments = new(context);

    public override async ParseStep<bool> RunAsync()
    {
        List<string> recipients = [Everybody + "\n", .. Context.Parameters.Names.Select(name => name + "\n")];
        await Reader.TakeAsync(Marker);
        bool first = true;
        while (await Reader.PeekAsync() >= 0)
        {
            int found = await Reader.ComesAfterSpaceAsync(0, recipients);
            if (found < 0)
            {
                // Not a recipient that was offered, so the marker was text.
                Write(first ? string.Empty : Marker, TextKind.Content);
            }
            else
            {
                await Reader.SkipSpaceAsync();
                Reader.Advance(recipients[found].Length);
                if (found > 0 && Context.ReadsCalls)
                {
                    await _arguments.ReadAsync(recipients[found][..^1]);
                }
            }

            first = false;
            if (await TextAsync(s_markers, TextKind.Content) is null)
            {
                break;
            }

            Reader.Advance(Marker.Length);
        }

        return true;
    }
}
