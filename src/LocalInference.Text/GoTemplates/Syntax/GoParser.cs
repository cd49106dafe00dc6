using System.Globalization;

namespace LocalInference.Text.GoTemplates;

/// <summary>Parses the text/template language as its documentation defines it; see <see cref="GoFunctions"/> for the functions.</summary>
internal sealed partial class GoParser(GoSource source)
{
    private readonly List<GoToken> _tokens = new GoLexer(source).Tokenize();
    private readonly Dictionary<string, IReadOnlyList<GoNode>> _definitions = new(StringComparer.Ordinal);
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private List<string> _variables = ["$"];
    private int _next;
    private int _depth;
    private int _loops;
    private int _responsePosition = int.MaxValue;

    private GoToken Next => _tokens[_next];

    public GoTree Parse()
    {
        List<GoNode> root = ParseNodes(out GoToken stop);
        return stop.Kind == GoTokenKind.End
            ? new GoTree(root, _definitions, _names, _responsePosition)
            : throw Error(stop, $"{{{{{stop.Text}}}}} closes nothing");
    }

    // Until the end of the template, {{end}} or {{else}}; of these the keyword is consumed, what follows it is not.
    private List<GoNode> ParseNodes(out GoToken stop)
    {
        if (++_depth > GoTemplateLimits.Depth)
        {
            throw source.Error(Next.Position, $"Blocks are nested more than {GoTemplateLimits.Depth} deep", TemplateErrorKind.Limit);
        }

        var nodes = new List<GoNode>();
        while (true)
        {
            GoToken token = Take();
            if (token.Kind == GoTokenKind.Text)
            {
                nodes.Add(new GoText(token.Position, token.Text));
                continue;
            }

            if (token.Kind == GoTokenKind.End || (Next.Kind == GoTokenKind.Identifier && Next.Text is "end" or "else"))
            {
                stop = token.Kind == GoTokenKind.End ? token : Take();
                _depth--;
                return nodes;
            }

            if (ParseAction(token.Position) is { } node)
            {
                nodes.Add(node);
            }
        }
    }

    private GoNode? ParseAction(int position)
    {
        string keyword = Next.Kind == GoTokenKind.Identifier ? Next.Text : "";
        switch (keyword)
        {
            case "if":
                return ParseBranch(position, GoBranchKind.If);
            case "with":
                return ParseBranch(position, GoBranchKind.With);
            case "range":
                return ParseBranch(position, GoBranchKind.Range);
            case "break" or "continue":
                return ParseJump(position);
            case "define":
                ParseDefinition();
                return null;
            case "template":
                return ParseTemplateCall(position);
            case "block":
                return ParseBlock(position);
            default:
                GoPipeline pipeline = ParsePipeline(mayDeclare: true, isRange: false);
                Expect(GoTokenKind.Close, "the end of the action");
                if (pipeline.Variables.Count == 0 && WritesResponse(pipeline))
                {
                    _responsePosition = Math.Min(_responsePosition, position);
                }

                return new GoAction(position, pipeline);
        }
    }

    private GoBranch ParseBranch(int position, GoBranchKind kind)
    {
        Take();
        int variables = _variables.Count;
        bool isRange = kind == GoBranchKind.Range;
        GoPipeline pipeline = ParsePipeline(mayDeclare: true, isRange);
        Expect(GoTokenKind.Close, "the end of the action");
        _loops += isRange ? 1 : 0;
        List<GoNode> body = ParseNodes(out GoToken stop);
        _loops -= isRange ? 1 : 0;
        List<GoNode> otherwise = ParseElse(kind, stop);
        _variables.RemoveRange(variables, _variables.Count - variables);
        return new GoBranch(position, kind, pipeline, body, otherwise);
    }

    private List<GoNode> ParseElse(GoBranchKind kind, GoToken stop)
    {
        if (stop.Text == "end")
        {
            Expect(GoTokenKind.Close, "}} behind end");
            return [];
        }

        if (stop.Text != "else")
        {
            throw Error(stop, "A block is not closed by {{end}}");
        }

        // {{else if}} and {{else with}} open a block of their own that shares this one's {{end}}.
        if (Next.Kind == GoTokenKind.Identifier && Next.Text is "if" or "with")
        {
            if (Next.Text != (kind == GoBranchKind.With ? "with" : "if") || kind == GoBranchKind.Range)
            {
                throw Error(Next, "This block has no such else");
            }

            if (++_depth > GoTemplateLimits.Depth)
            {
                throw source.Error(Next.Position, $"Blocks are nested more than {GoTemplateLimits.Depth} deep", TemplateErrorKind.Limit);
            }

            GoBranch other = ParseBranch(stop.Position, kind);
            _depth--;
            return [other];
        }

        Expect(GoTokenKind.Close, "}} behind else");
        List<GoNode> otherwise = ParseNodes(out GoToken end);
        if (end.Text != "end")
        {
            throw Error(end, "A block is not closed by {{end}}");
        }

        Expect(GoTokenKind.Close, "}} behind end");
        return otherwise;
    }

    private GoJump ParseJump(int position)
    {
        GoToken keyword = Take();
        Expect(GoTokenKind.Close, $"}}}} behind {keyword.Text}");
        return _loops > 0 ? new GoJump(position, keyword.Text == "break") : throw Error(keyword, $"{keyword.Text} stands outside of a range");
    }

    private void ParseDefinition()
    {
        GoToken keyword = Take();
        if (_depth > 1)
        {
            throw Error(keyword, "define stands inside of another block");
        }

        string name = Expect(GoTokenKind.String, "the template's name").Text;
        Expect(GoTokenKind.Close, "}} behind the template's name");
        ParseDefinition(name);
    }

    private void ParseDefinition(string name)
    {
        (List<string> outer, int loops) = (_variables, _loops);
        (_variables, _loops) = (["$"], 0);
        List<GoNode> body = ParseNodes(out GoToken stop);
        if (stop.Text != "end")
        {
            throw Error(stop, "A block is not closed by {{end}}");
        }

        Expect(GoTokenKind.Close, "}} behind end");
        _definitions[name] = body;
        (_variables, _loops) = (outer, loops);
    }

    private GoTemplateCall ParseTemplateCall(int position)
    {
        Take();
        string name = Expect(GoTokenKind.String, "the template's name").Text;
        GoPipeline? pipeline = Next.Kind == GoTokenKind.Close ? null : ParsePipeline(mayDeclare: false, isRange: false);
        Expect(GoTokenKind.Close, "the end of the action");
        return new GoTemplateCall(position, name, pipeline);
    }

    private GoTemplateCall ParseBlock(int position)
    {
        GoTemplateCall call = ParseTemplateCall(position);
        if (call.Pipeline is null)
        {
            throw source.Error(position, "block takes a name and a value", TemplateErrorKind.Syntax);
        }

        ParseDefinition(call.Name);
        return call;
    }

    // Conditions do not write, so only the arguments of actions count; those in parentheses too.
    private static bool WritesResponse(GoPipeline pipeline) => pipeline.Commands.SelectMany(static c => c.Arguments).Any(static argument => argument switch
    {
        GoFields fields => fields.Names.Contains("Response", StringComparer.Ordinal),
        GoPipeline inner => WritesResponse(inner),
        _ => false,
    });

    private GoToken Take() => _tokens[_next++];

    private GoToken Expect(GoTokenKind kind, string what) => Next.Kind == kind ? Take() : throw Error(Next, $"Expected {what}");

    private TemplateException Error(GoToken token, string what) =>
        source.Error(token.Position, token.Kind == GoTokenKind.End ? "The template ends inside of a block" : what, TemplateErrorKind.Syntax);

    private static bool TryParseNumber(string text, out object value)
    {
        string digits = text.Replace("_", "", StringComparison.Ordinal);
        bool negative = digits.StartsWith('-');
        ReadOnlySpan<char> unsigned = digits.AsSpan(negative || digits.StartsWith('+') ? 1 : 0);
        if (unsigned.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && long.TryParse(unsigned[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out long hexadecimal))
        {
            value = negative ? -hexadecimal : hexadecimal;
            return true;
        }

        if (long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long integer))
        {
            value = integer;
            return true;
        }

        bool isFloat = double.TryParse(digits, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out double real);
        value = real;
        return isFloat;
    }
}
