namespace LocalInference.Text.Parsing;

/// <summary>A name as text, perhaps an id, then the arguments as a JSON object.</summary>
internal sealed class NamedJsonCallReader(ParseContext context) : CallReader(context)
{
    private readonly JsonCallReader _json = new(context);

    public override async ParseStep<CallOutcome> ReadAsync(bool onlyKnown)
    {
        await Reader.SkipSpaceAsync();
        if (await Reader.PeekAsync() is '{' or '[')
        {
            // Older models of the same family put the whole call into JSON after the same marker (Mistral).
            return await _json.ReadAsync(onlyKnown);
        }

        string? id = null;
        if (Tools.LeadingIdEnd.Length > 0)
        {
            id = await Reader.TextBeforeAsync(Tools.LeadingIdEnd, MaximumName);
            if (id is null)
            {
                return CallOutcome.NotACall;
            }
        }

        await Reader.TakeAsync(Tools.NamePrefix);
        string name = await NameAsync();
        if (Tools.NameIsInId)
        {
            (name, id) = SplitId(name);
        }

        if (name.Length == 0 || (onlyKnown && !Context.IsTool(name)))
        {
            return CallOutcome.NotACall;
        }

        if (!await SuffixAsync(Tools.NameSuffix))
        {
            return Unfinished(name, id);
        }

        if (Tools.IdPrefix.Length > 0 && await Reader.TakeAsync(Tools.IdPrefix))
        {
            id = await NameAsync();
        }

        if (!await SuffixAsync(Tools.ArgumentsStart))
        {
            return Unfinished(name, id);
        }

        await Reader.SkipSpaceAsync();
        if (await Reader.PeekAsync() != '{')
        {
            return Unfinished(name, id);
        }

        Start(name, id);
        bool whole = await RelayAsync(new JsonRelay());
        CallOutcome outcome = Finish(whole);
        if (whole)
        {
            await CloseAsync();
        }

        return outcome;
    }

    private async ParseStep<bool> SuffixAsync(string suffix)
    {
        if (suffix.Length == 0)
        {
            return true;
        }

        await Reader.SkipSpaceAsync();
        return await Reader.TakeAsync(suffix);
    }

    /// <summary>The text ended after a tool's name: a call without its arguments; anything else is no call.</summary>
    private CallOutcome Unfinished(string name, string? id)
    {
        if (!Reader.HasEnded || !Reader.Available.IsEmpty || !Context.IsTool(name))
        {
            return CallOutcome.NotACall;
        }

        Start(name, id);
        return Finish(false);
    }

    /// <summary>Kimi K2 writes <c>functions.name:0</c>, which is the id too.</summary>
    private static (string Name, string Id) SplitId(string id)
    {
        int start = id.StartsWith("functions.", StringComparison.Ordinal) ? "functions.".Length : 0;
        int end = id.LastIndexOf(':');
        return (end > start ? id[start..end] : id[start..], id);
    }
}
