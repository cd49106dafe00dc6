namespace LocalInference.Text.Parsing;

/// <summary>
/// Thinking, content and tool calls, each between its markers:
/// <code>
///        ReasoningStart            ReasoningEnd
///  start ───────────────► thinking ────────────► content ◄──┐
///    └──────────────────────────────────────────► │  ▲      │ NotACall: the marker was text
///                            EndsReasoning │      ▼  │      │
///                                          └────► a call ───┘
/// </code>
/// </summary>
internal sealed class SequenceParser : DialectParser
{
    private const string Fence = "```";

    private readonly CallReader _calls;
    private readonly List<string> _triggers;
    private readonly MarkerSet? _reasoningMarkers;
    private readonly MarkerSet _contentMarkers;
    private readonly MarkerSet _afterCallMarkers;
    private readonly List<string> _startMarkers;
    private bool _inFence;

    public SequenceParser(ParseContext context)
        : base(context)
    {
        ChatFormat format = context.Format;
        ToolFormat tools = format.Tools;
        _calls = CallReader.For(tools.Syntax, context);
        _triggers = context.ReadsCalls && tools.Syntax != CallSyntax.None
            ? [.. NotEmpty([tools.SectionStart, tools.CallStart, tools.Syntax == CallSyntax.GemmaDictionary ? string.Empty : tools.NamePrefix])]
            : [];
        List<string> content = [.. _triggers, .. NotEmpty([format.ContentStart, format.ContentEnd]), .. format.Dropped];
        if (format.ReasoningAnywhere)
        {
            content.AddRange([format.ReasoningStart, format.ReasoningEnd]);
        }

        if (context.Options.ContentIsJson)
        {
            content.Add(Fence);
        }

        _contentMarkers = new MarkerSet(content.DefaultIfEmpty("\uFFFF\uFFFF"));
        _afterCallMarkers = new MarkerSet([.. content, .. NotEmpty([tools.CallEnd, tools.SectionEnd, tools.FunctionEnd, "\uFFFF\uFFFF"])]);
        _startMarkers = [.. NotEmpty([format.ReasoningStart, format.ReasoningEnd])];
        if (format.ReasoningEnd.Length > 0)
        {
            _reasoningMarkers = new MarkerSet([format.ReasoningEnd, .. NotEmpty([format.ContentStart]), .. format.Dropped, .. tools.EndsReasoning ? _triggers : []]);
        }
    }

    public override async ParseStep<bool> RunAsync()
    {
        await StartAsync();
        while (true)
        {
            string? marker = await TextAsync(Output.CallCount > 0 ? _afterCallMarkers : _contentMarkers, TextKind.Content);
            if (marker is null)
            {
                return true;
            }

            await MarkerAsync(marker);
        }
    }

    private async ParseStep<bool> StartAsync()
    {
        ChatFormat format = Context.Format;
        if (format.ReasoningEnd.Length > 0)
        {
            if (format.ReasoningStart.Length == 0)
            {
                return await ReasoningAsync();
            }

            int found = await Reader.ComesAfterSpaceAsync(0, _startMarkers);
            if (found >= 0)
            {
                await SkipSpaceAsContentAsync();
                await MarkerAsync(_startMarkers[found]);
            }
        }

        return await BareCallAsync();
    }

    private async ParseStep<bool> MarkerAsync(string marker)
    {
        ChatFormat format = Context.Format;
        if (marker == format.ReasoningStart)
        {
            Reader.Advance(marker.Length);
            if (!Context.SeparatesReasoning)
            {
                if (format.ContentStart.Length > 0 && await Reader.ComesAfterSpaceAsync(0, [format.ContentStart]) == 0)
                {
                    // The prompt opened thinking, but the model answers at once.
                    return true;
                }

                Output.Content(marker);
            }

            return await ReasoningAsync();
        }

        if (_triggers.Contains(marker))
        {
            return await CallAsync(marker, TextKind.Content);
        }

        Reader.Advance(marker.Length);
        if (marker == Fence && Context.Options.ContentIsJson)
        {
            await FenceAsync();
        }
        else
        {
            // The end of thinking without its start, a mark around the content or after the calls: not text.
            Output.TrimHere();
        }

        return true;
    }

    private async ParseStep<bool> ReasoningAsync()
    {
        ChatFormat format = Context.Format;
        while (true)
        {
            string? marker = await TextAsync(_reasoningMarkers!, TextKind.Reasoning);
            if (marker is null)
            {
                return true;
            }

            if (marker != format.ReasoningEnd && _triggers.Contains(marker))
            {
                if (await CallAsync(marker, TextKind.Reasoning))
                {
                    return true;
                }

                continue;
            }

            if (marker == format.ContentStart)
            {
                return true;
            }

            Reader.Advance(marker.Length);
            if (marker != format.ReasoningEnd)
            {
                continue;
            }

            if (Context.SeparatesReasoning)
            {
                Output.EndReasoning();
            }
            else
            {
                Output.Content(marker);
            }

            return await BareCallAsync();
        }
    }

    /// <returns>Whether it was a call.</returns>
    private async ParseStep<bool> CallAsync(string marker, TextKind otherwise)
    {
        ToolFormat tools = Context.Format.Tools;
        Reader.Mark();
        bool isName = marker != tools.SectionStart && marker != tools.CallStart;
        if (!isName)
        {
            Reader.Advance(marker.Length);
            if (marker == tools.SectionStart && tools.CallStart.Length > 0)
            {
                await Reader.SkipSpaceAsync();
                await Reader.TakeAsync(tools.CallStart);
            }
        }

        if (await _calls.ReadAsync(onlyKnown: isName) != CallOutcome.NotACall)
        {
            return true;
        }

        Reader.Rewind();
        Write(marker, otherwise);
        Reader.Advance(marker.Length);
        return false;
    }

    /// <summary>Models whose calls nothing announces begin their answer with one, or with a list of them.</summary>
    private async ParseStep<bool> BareCallAsync()
    {
        if (!Context.ReadsCalls || _triggers.Count > 0 || Context.Format.Tools.Syntax == CallSyntax.None)
        {
            return false;
        }

        bool isCall = false;
        while (await Reader.ComesAfterSpaceAsync(0, ["{", "["]) >= 0)
        {
            Reader.Mark();
            isCall = await _calls.ReadAsync(onlyKnown: true) != CallOutcome.NotACall;
            Reader.Rewind();
            if (!isCall)
            {
                Reader.Mark();
                isCall = await new PythonicCallReader(Context).ReadAsync(onlyKnown: true) != CallOutcome.NotACall;
                Reader.Rewind();
            }

            if (!isCall || await Reader.ComesAfterSpaceAsync(0, ["{", "[", ";"]) < 0)
            {
                break;
            }

            await Reader.SkipSpaceAsync();
            await Reader.TakeAsync(";");
        }

        return isCall;
    }

    /// <summary>A Markdown fence around JSON: the line that opens it and the one that closes it are not content.</summary>
    private async ParseStep<bool> FenceAsync()
    {
        if (!_inFence && !Output.HasContent)
        {
            _inFence = true;
            Output.TrimHere();
            return await Reader.TakeAsync("json");
        }

        if (_inFence)
        {
            _inFence = false;
            Output.TrimHere();
        }
        else
        {
            Output.Content(Fence);
        }

        return true;
    }

    private async ParseStep<bool> SkipSpaceAsContentAsync()
    {
        while (true)
        {
            ReadOnlySpan<char> available = Reader.Available;
            int space = available.Length - available.TrimStart().Length;
            Output.Content(available[..space]);
            Reader.Advance(space);
            if (space < available.Length || !await Reader.More())
            {
                return true;
            }
        }
    }

    private static IEnumerable<string> NotEmpty(IEnumerable<string> markers) => markers.Where(marker => marker.Length > 0);
}
