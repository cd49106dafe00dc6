namespace LocalInference.Text.Parsing;

/// <summary>The arguments of a call whose name stood in a header: a JSON object and nothing else.</summary>
internal sealed class JsonArgumentsReader(ParseContext context) : CallReader(context)
{
    public override async ParseStep<CallOutcome> ReadAsync(bool onlyKnown) => await ReadAsync(string.Empty);

    public async ParseStep<CallOutcome> ReadAsync(string name)
    {
        Start(name, null);
        await Reader.SkipSpaceAsync();
        int first = await Reader.PeekAsync();
        bool whole = first != '{' ? first >= 0 : await RelayAsync(new JsonRelay());
        return Finish(first == '{' && whole);
    }
}
