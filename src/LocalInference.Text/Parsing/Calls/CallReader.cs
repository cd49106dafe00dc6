using System.Text;

namespace LocalInference.Text.Parsing;

/// <summary>Reads one tool call, or several that only a comma parts, after the marker that announces it.</summary>
internal abstract class CallReader(ParseContext context)
{
    /// <summary>No tool is named longer; the limit keeps prose from being searched for a name.</summary>
    protected const int MaximumName = 256;

    private readonly StringBuilder _scratch = new();

    protected ParseContext Context => context;

    protected PieceReader Reader => context.Reader;

    protected ParserOutput Output => context.Output;

    protected ToolFormat Tools => context.Format.Tools;

    /// <summary>Reads the call.</summary>
    /// <param name="onlyKnown">Whether a name that is no tool's means that this is no call: nothing else marks it as one.</param>
    public abstract ParseStep<CallOutcome> ReadAsync(bool onlyKnown);

    /// <summary>The reader of a syntax.</summary>
    public static CallReader For(CallSyntax syntax, ParseContext context) => syntax switch
    {
        CallSyntax.NamedJson => new NamedJsonCallReader(context),
        CallSyntax.Tagged => new TaggedCallReader(context),
        CallSyntax.Pythonic => new PythonicCallReader(context),
        CallSyntax.GemmaDictionary => new GemmaCallReader(context),
        CallSyntax.NestedTags => new NestedTagsCallReader(context),
        _ => new JsonCallReader(context),
    };

    protected void Start(string name, string? id)
    {
        Reader.Commit();
        Output.StartCall(name, id);
    }

    protected CallOutcome Finish(bool complete, string? id = null)
    {
        Output.EndCall(complete, id);
        return complete ? CallOutcome.Complete : CallOutcome.Broken;
    }

    /// <summary>Whether the text ended in the middle of what is being read, as where no more tokens were allowed.</summary>
    protected bool IsCutOff => Reader.HasEnded && Reader.Available.IsEmpty;

    /// <summary>Ends the look for another call behind a whole one: what is none is text, but for a comma before the list's end.</summary>
    protected void EndTrial(bool isText)
    {
        if (isText)
        {
            Reader.Rewind();
        }
        else
        {
            Reader.Commit();
        }
    }

    /// <summary>Passes a JSON value on as arguments; closes it if it does not end.</summary>
    /// <returns>Whether it is whole.</returns>
    protected async ParseStep<bool> RelayAsync(JsonRelay relay)
    {
        while (true)
        {
            Reader.Advance(relay.Accept(Reader.Available, _scratch));
            Output.Arguments(_scratch);
            if (relay.IsDone)
            {
                return true;
            }

            if (relay.HasFailed || !await Reader.More())
            {
                relay.End();
                bool whole = relay.IsDone;
                if (!whole)
                {
                    relay.Close(_scratch);
                    Output.Arguments(_scratch);
                }

                return whole;
            }
        }
    }

    /// <summary>Reads a name; empty if none comes.</summary>
    protected async ParseStep<string> NameAsync()
    {
        int length = 0;
        while (true)
        {
            while (length < Reader.Available.Length && length <= MaximumName && IsNamePart(Reader.Available[length]))
            {
                length++;
            }

            if (length < Reader.Available.Length || length > MaximumName || !await Reader.More())
            {
                break;
            }
        }

        string name = length > MaximumName ? string.Empty : Reader.Available[..length].ToString();
        Reader.Advance(length);
        return name;
    }

    protected static bool IsNamePart(char c) => char.IsLetterOrDigit(c) || c is '_' or '-' or '.' or ':' or '/';

    /// <summary>Consumes the markers that may follow a call, each if it comes.</summary>
    protected async ParseStep<bool> CloseAsync()
    {
        bool any = false;
        foreach (string marker in new[] { Tools.ArgumentsEnd, Tools.FunctionEnd, Tools.CallEnd, Tools.SectionEnd })
        {
            if (marker.Length > 0 && await Reader.ComesAfterSpaceAsync(0, [marker]) == 0)
            {
                await Reader.SkipSpaceAsync();
                any |= await Reader.TakeAsync(marker);
            }
        }

        return any;
    }
}
