namespace LocalInference.Text.Parsing;

/// <summary>A name as text, then each argument between tags, written as text and typed by the tool's schema.</summary>
internal sealed class TaggedCallReader(ParseContext context) : CallReader(context)
{
    private readonly string[] _ends = [.. new[]
    {
        context.Format.Tools.ArgumentsEnd, context.Format.Tools.FunctionEnd, context.Format.Tools.CallEnd, context.Format.Tools.SectionEnd,
    }.Where(end => end.Length > 0)];

    private readonly string[] _afterValue = [.. new[]
    {
        context.Format.Tools.KeyPrefix, context.Format.Tools.ArgumentsEnd, context.Format.Tools.FunctionEnd,
        context.Format.Tools.CallEnd, context.Format.Tools.SectionEnd,
    }.Where(end => end.Length > 0)];

    public override async ParseStep<CallOutcome> ReadAsync(bool onlyKnown)
    {
        await Reader.SkipSpaceAsync();
        await Reader.TakeAsync(Tools.NamePrefix);
        string name = await NameAsync();
        if (name.Length == 0 || (onlyKnown && !Context.IsTool(name)) || !await HeadEndsAsync(name))
        {
            return CallOutcome.NotACall;
        }

        Start(name, null);
        int count = 0;
        while (true)
        {
            int next = await Reader.ComesAfterSpaceAsync(0, _afterValue);
            if (next != 0)
            {
                break;
            }

            await Reader.SkipSpaceAsync();
            Reader.Advance(Tools.KeyPrefix.Length);
            if (!await ArgumentAsync(name, count++))
            {
                Output.Arguments("}");
                return Finish(false);
            }
        }

        Output.Arguments(count == 0 ? "{}" : "}");
        bool closed = await Reader.ComesAfterSpaceAsync(0, _ends) >= 0;
        CallOutcome outcome = Finish(closed);
        await CloseAsync();
        return outcome;
    }

    private async ParseStep<bool> HeadEndsAsync(string name)
    {
        if (Tools.NameSuffix.Length > 0)
        {
            if (!await Reader.TakeAsync(Tools.NameSuffix)
                || (Tools.NameTail.Length > 0 && await Reader.TextBeforeAsync(Tools.NameTail, MaximumName) is null))
            {
                return false;
            }
        }
        else if (Tools.NamePrefix.Length == 0 || !Context.IsTool(name))
        {
            return await Reader.ComesAfterSpaceAsync(0, _afterValue) >= 0 || (Context.IsTool(name) && Reader.HasEnded && Reader.Available.Trim().IsEmpty);
        }

        if (Tools.ArgumentsStart.Length > 0)
        {
            await Reader.SkipSpaceAsync();
            await Reader.TakeAsync(Tools.ArgumentsStart);
        }

        return true;
    }

    private async ParseStep<bool> ArgumentAsync(string tool, int index)
    {
        string? key = await Reader.TextBeforeAsync(Tools.KeySuffix, MaximumName);
        if (key is null)
        {
            if (index == 0)
            {
                Output.Arguments("{");
            }

            return false;
        }

        key = key.Trim();
        Output.Arguments((index == 0 ? "{" : ", ") + JsonEscapes.Quote(key) + ": ");
        JsonTypes types = Context.Parameters.TypesOf(tool, key);
        if (Tools.TypeSuffix.Length > 0)
        {
            string? type = await Reader.TextBeforeAsync(Tools.TypeSuffix, MaximumName);
            types = type is "true" or "string" ? JsonTypes.String : JsonTypes.All & ~JsonTypes.String;
        }

        if (Tools.ValuePrefix.Length > 0)
        {
            await Reader.SkipSpaceAsync();
            if (!await Reader.TakeAsync(Tools.ValuePrefix))
            {
                Output.Arguments("null");
                return false;
            }
        }

        return await ValueAsync(new TaggedValue(Output, types, Tools.ValueHasOwnLines));
    }

    private async ParseStep<bool> ValueAsync(TaggedValue value)
    {
        const string CdataStart = "<![CDATA[";
        const string CdataEnd = "]]>";
        bool isCdata = Tools.ValueSuffix.StartsWith("</", StringComparison.Ordinal) && await Reader.TakeAsync(CdataStart);
        string end = isCdata ? CdataEnd + Tools.ValueSuffix : Tools.ValueSuffix;
        MarkerSet ends = new([end]);
        while (true)
        {
            ReadOnlySpan<char> available = Reader.Available;
            int length = ends.Find(available, Reader.HasEnded, out string? found);
            value.Append(available[..length]);
            Reader.Advance(length);
            if (found is null)
            {
                if (Reader.Available.IsEmpty && Reader.HasEnded)
                {
                    value.End(complete: false);
                    return false;
                }

                await Reader.More();
                continue;
            }

            // A value may spell its own end tag; the real one is followed by the next argument or by the end of the call.
            if (await Reader.ComesAfterSpaceAsync(end.Length, _afterValue) >= 0 || Reader.Available[end.Length..].Trim().IsEmpty)
            {
                Reader.Advance(end.Length);
                value.End(complete: true);
                return true;
            }

            value.Append(end);
            Reader.Advance(end.Length);
        }
    }
}
