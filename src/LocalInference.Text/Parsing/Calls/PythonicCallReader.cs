using System.Text.Json;

namespace LocalInference.Text.Parsing;

/// <summary>
/// Calls as Python writes them: <c>[f(a=1, b="text"), g()]</c>, or each on a line of its own. JSON's literals are accepted too.
/// </summary>
internal sealed class PythonicCallReader(ParseContext context) : CallReader(context)
{
    public override async ParseStep<CallOutcome> ReadAsync(bool onlyKnown)
    {
        await Reader.SkipSpaceAsync();
        bool isList = await Reader.TakeAsync("[");
        CallOutcome outcome = CallOutcome.NotACall;
        while (true)
        {
            await Reader.SkipSpaceAsync();
            bool ends = isList && await Reader.ComesAsync("]");
            CallOutcome next = ends ? CallOutcome.NotACall : await OneAsync(onlyKnown);
            if (next == CallOutcome.NotACall && outcome == CallOutcome.Complete)
            {
                EndTrial(isText: !ends && !(isList && IsCutOff));
                break;
            }

            if (next != CallOutcome.Complete)
            {
                return next;
            }

            outcome = next;
            await Reader.SkipSpaceAsync();
            if (isList && !await Reader.ComesAsync(","))
            {
                break;
            }

            Reader.Mark();
            await Reader.TakeAsync(isList ? "," : string.Empty);
        }

        await Reader.TakeAsync("]");
        await CloseAsync();
        return outcome;
    }

    private async ParseStep<CallOutcome> OneAsync(bool onlyKnown)
    {
        string name = await NameAsync();
        if (name.Length == 0 || !await Reader.TakeAsync("(") || (onlyKnown && !Context.IsTool(name)))
        {
            return CallOutcome.NotACall;
        }

        Start(name, null);
        for (int count = 0; ; count++)
        {
            await Reader.SkipSpaceAsync();
            if (await Reader.TakeAsync(")"))
            {
                Output.Arguments(count == 0 ? "{}" : "}");
                return Finish(true);
            }

            if (!await ArgumentAsync(name, count))
            {
                Output.Arguments(Output.HasNoArguments ? "{}" : "}");
                return Finish(false);
            }

            await Reader.SkipSpaceAsync();
            if (!await Reader.TakeAsync(",") && !await Reader.ComesAsync(")"))
            {
                Output.Arguments("}");
                return Finish(false);
            }
        }
    }

    private async ParseStep<bool> ArgumentAsync(string tool, int index)
    {
        string? key = await KeyAsync() ?? PositionalName(tool, index);
        if (key is null)
        {
            return false;
        }

        Output.Arguments((index == 0 ? "{" : ", ") + JsonEscapes.Quote(key) + ": ");
        await Reader.SkipSpaceAsync();
        return await RelayAsync(new JsonRelay(python: true));
    }

    /// <summary>Reads <c>key=</c>; nothing is consumed if that is not what comes.</summary>
    private async ParseStep<string?> KeyAsync()
    {
        int length = 0;
        while (true)
        {
            while (length < Reader.Available.Length && length <= MaximumName && (char.IsLetterOrDigit(Reader.Available[length]) || Reader.Available[length] == '_'))
            {
                length++;
            }

            if (length > MaximumName)
            {
                return null;
            }

            if (length < Reader.Available.Length)
            {
                break;
            }

            if (!await Reader.More())
            {
                return null;
            }
        }

        if (length == 0 || await Reader.ComesAfterSpaceAsync(length, ["="]) < 0)
        {
            return null;
        }

        string key = Reader.Available[..length].ToString();
        Reader.Advance(length);
        await Reader.SkipSpaceAsync();
        Reader.Advance(1);
        return key;
    }

    /// <summary>An argument without a name is the tool's parameter at that place.</summary>
    private string? PositionalName(string tool, int index) =>
        Context.Parameters.Root(tool) is { } schema
        && schema.TryGetProperty("properties", out JsonElement properties)
        && properties.ValueKind == JsonValueKind.Object
            ? properties.EnumerateObject().Select(property => property.Name).ElementAtOrDefault(index)
            : null;
}
