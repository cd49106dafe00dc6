using System.Text.Json;

namespace LocalInference.Text.Parsing;

/// <summary>
/// MiniMax M3: every tag is announced by a token, each argument is a tag of its name, objects have a tag for each key and
/// arrays have <c>item</c> tags.
/// </summary>
internal sealed class NestedTagsCallReader(ParseContext context) : CallReader(context)
{
    private const string Token = "]<]minimax[>[";
    private const string Open = Token + "<";
    private const string Close = Token + "</";
    private const string Item = "item";
    private const int MaximumDepth = JsonRelay.MaximumDepth;

    public override async ParseStep<CallOutcome> ReadAsync(bool onlyKnown)
    {
        await Reader.SkipSpaceAsync();
        await Reader.TakeAsync(Tools.NamePrefix);
        string name = await NameAsync();
        if (name.Length == 0 || (onlyKnown && !Context.IsTool(name)) || !await Reader.TakeAsync(Tools.NameSuffix))
        {
            return CallOutcome.NotACall;
        }

        Start(name, null);
        JsonElement? schema = Context.Parameters.Root(name);
        bool whole = await MembersAsync(schema, schema, isArray: false, 0) && await Reader.TakeAsync(Tools.FunctionEnd);
        CallOutcome outcome = Finish(whole);
        await CloseAsync();
        return outcome;
    }

    private async ParseStep<bool> MembersAsync(JsonElement? schema, JsonElement? root, bool isArray, int depth)
    {
        Output.Arguments(isArray ? "[" : "{");
        bool whole = true;
        for (int count = 0; whole; count++)
        {
            await Reader.SkipSpaceAsync();
            if (depth > MaximumDepth || await Reader.ComesAsync(Close) || !await Reader.TakeAsync(Open))
            {
                break;
            }

            string? tag = await Reader.TextBeforeAsync(">", MaximumName);
            if (tag is null)
            {
                whole = false;
                break;
            }

            Output.Arguments((count == 0 ? string.Empty : ", ") + (isArray ? string.Empty : JsonEscapes.Quote(tag) + ": "));
            JsonElement? child = schema is not { } parent ? null
                : isArray ? SchemaTypes.Items(parent, root)
                : SchemaTypes.Property(parent, root, tag);
            whole = await ValueAsync(tag, child, root, depth + 1);
        }

        Output.Arguments(isArray ? "]" : "}");
        return whole && depth <= MaximumDepth;
    }

    private async ParseStep<bool> ValueAsync(string tag, JsonElement? schema, JsonElement? root, int depth)
    {
        JsonTypes types = schema is { } known ? SchemaTypes.Read(known, root) : JsonTypes.None;
        types = types == JsonTypes.None ? JsonTypes.All : types;
        string end = Close + tag + ">";
        bool mayNest = types == JsonTypes.All || !types.HasFlag(JsonTypes.String);
        if (mayNest && (types & (JsonTypes.Object | JsonTypes.Array)) != JsonTypes.None
            && await Reader.ComesAfterSpaceAsync(0, [end, Close, Open]) == 2)
        {
            bool isItem = await Reader.ComesAfterSpaceAsync(0, [Open + Item + ">"]) == 0;
            bool isArray = types.HasFlag(JsonTypes.Array) && (isItem || !types.HasFlag(JsonTypes.Object));
            return await MembersAsync(schema, root, isArray, depth) && await Reader.TakeAsync(end);
        }

        return await ScalarAsync(end, types, depth);
    }

    private async ParseStep<bool> ScalarAsync(string end, JsonTypes types, int depth)
    {
        MarkerSet ends = new([end]);
        TaggedValue value = new(Output, types, ownLines: false, depth);
        while (true)
        {
            int length = ends.Find(Reader.Available, Reader.HasEnded, out string? found);
            value.Append(Reader.Available[..length]);
            Reader.Advance(length);
            bool ended = Reader.HasEnded && Reader.Available.IsEmpty;
            if (found is not null || ended)
            {
                Reader.Advance(found is null ? 0 : end.Length);
                value.End(complete: found is not null);
                return found is not null;
            }

            await Reader.More();
        }
    }
}
