using System.Text;

namespace LocalInference.Text.Parsing;

/// <summary>
/// Gemma 4's <c>call:f{key:value,…}</c>: keys without quotes, strings between <c>&lt;|"|&gt;</c>; FunctionGemma's are between
/// <c>&lt;escape&gt;</c>.
/// </summary>
internal sealed class GemmaCallReader(ParseContext context) : CallReader(context)
{
    private const int MaximumDepth = JsonRelay.MaximumDepth;

    private static readonly MarkerSet s_scalarEnds = new([",", "}", "]"]);

    private readonly MarkerSet _quoteMarker = new([context.Format.Tools.Quote]);

    private string Quote => Tools.Quote;

    public override async ParseStep<CallOutcome> ReadAsync(bool onlyKnown)
    {
        await Reader.SkipSpaceAsync();
        if (!await Reader.TakeAsync(Tools.NamePrefix))
        {
            return CallOutcome.NotACall;
        }

        string name = await NameAsync();
        if (name.Length == 0 || (onlyKnown && !Context.IsTool(name)) || !await Reader.ComesAsync("{"))
        {
            return CallOutcome.NotACall;
        }

        Start(name, null);
        bool whole = await ValueAsync(0);
        CallOutcome outcome = Finish(whole);
        if (whole)
        {
            await CloseAsync();
        }

        return outcome;
    }

    private async ParseStep<bool> ValueAsync(int depth)
    {
        if (depth > MaximumDepth)
        {
            Output.Arguments("null");
            return false;
        }

        await Reader.SkipSpaceAsync();
        if (await Reader.TakeAsync(Quote))
        {
            return await TextAsync();
        }

        if (await Reader.TakeAsync("{"))
        {
            return await ListAsync('{', '}', depth);
        }

        if (await Reader.TakeAsync("["))
        {
            return await ListAsync('[', ']', depth);
        }

        if (await Reader.PeekAsync() == '"')
        {
            return await RelayAsync(new JsonRelay());
        }

        string? scalar = await ScalarAsync();
        Output.Arguments(scalar is null ? "null" : JsonText.TryNormalize(scalar, python: true, out string json, out _) ? json : JsonEscapes.Quote(scalar));
        return scalar is not null;
    }

    private async ParseStep<bool> ListAsync(char open, char close, int depth)
    {
        Output.Arguments([open]);
        for (int count = 0; ; count++)
        {
            await Reader.SkipSpaceAsync();
            int next = await Reader.PeekAsync();
            if (next == close)
            {
                Reader.Advance(1);
                Output.Arguments([close]);
                return true;
            }

            bool whole = next >= 0 && (count == 0 || await Reader.TakeAsync(","));
            string separator = count > 0 ? ", " : string.Empty;

            if (whole && open == '[')
            {
                Output.Arguments(separator);
            }

            if (!whole || (open == '{' && !await KeyAsync(separator)) || !await ValueAsync(depth + 1))
            {
                Output.Arguments([close]);
                return false;
            }
        }
    }

    private async ParseStep<bool> KeyAsync(string separator)
    {
        await Reader.SkipSpaceAsync();
        await Reader.TakeAsync(Quote);
        string? key = await Reader.TextBeforeAsync(":", MaximumName);
        if (key is null)
        {
            return false;
        }

        key = key.Trim();
        key = key.EndsWith(Quote, StringComparison.Ordinal) ? key[..^Quote.Length] : key;
        Output.Arguments(separator + JsonEscapes.Quote(key.Trim('"')) + ":");
        return true;
    }

    private async ParseStep<bool> TextAsync()
    {
        StringBuilder escaped = new();
        Output.Arguments("\"");
        while (true)
        {
            int length = _quoteMarker.Find(Reader.Available, Reader.HasEnded, out string? found);
            JsonEscapes.Append(escaped, Reader.Available[..length]);
            Output.Arguments(escaped);
            Reader.Advance(length);
            bool ended = Reader.HasEnded && Reader.Available.IsEmpty;
            if (found is not null || ended)
            {
                Reader.Advance(found is null ? 0 : Quote.Length);
                Output.Arguments("\"");
                return found is not null;
            }

            await Reader.More();
        }
    }

    private async ParseStep<string?> ScalarAsync()
    {
        int from = 0;
        while (true)
        {
            from += s_scalarEnds.Find(Reader.Available[from..], Reader.HasEnded, out string? found);
            if (found is not null)
            {
                string text = Reader.Available[..from].Trim().ToString();
                Reader.Advance(from);
                return text.Length == 0 ? null : text;
            }

            if (!await Reader.More())
            {
                return null;
            }
        }
    }
}
