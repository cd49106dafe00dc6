namespace LocalInference.Text.Jinja;

/// <summary>Parses the statements of a template.</summary>
internal sealed partial class TemplateParser
{
    private readonly TokenReader _tokens;
    private readonly MacroNames _macroNames = new();
    private readonly ExpressionParser _expressions;
    private int _loops;

    public TemplateParser(List<Token> tokens, JinjaLimits limits)
    {
        _tokens = new TokenReader(tokens);
        _expressions = new ExpressionParser(_tokens, limits, _macroNames);
    }

    public Statement[] Parse() => ParseBody([]);

    /// <summary>Statements up to a tag that begins with one of some words; the word is not taken.</summary>
    private Statement[] ParseBody(ReadOnlySpan<string> ends)
    {
        StatementList body = new();
        _expressions.Enter();
        while (true)
        {
            Token token = _tokens.Current;
            switch (token.Kind)
            {
                case TokenKind.Text:
                    _tokens.Take();
                    body.AddText(token.Offset, token.Text);
                    continue;
                case TokenKind.PrintBegin:
                    _tokens.Take();
                    body.AddPrint(token.Offset, _expressions.ParseTuple());
                    _tokens.Expect(TokenKind.PrintEnd);
                    continue;
                case TokenKind.BlockBegin:
                    _tokens.Take();
                    if (_tokens.Current.Kind == TokenKind.Name && ends.Contains(_tokens.Current.Text))
                    {
                        _expressions.Leave();
                        return body.ToArray();
                    }

                    body.Add(ParseStatement(token.Offset));
                    _tokens.Expect(TokenKind.BlockEnd);
                    continue;
                default:
                    if (ends.Length > 0)
                    {
                        throw _tokens.Unexpected($"expected {string.Join(" or ", ends.ToArray().Select(end => $"'{end}'"))}");
                    }

                    _expressions.Leave();
                    return body.ToArray();
            }
        }
    }

    /// <summary>Statements up to the tag that ends the block, whose word is taken.</summary>
    private Statement[] ParseBlock(string end)
    {
        ExpectBodyStart();
        Statement[] body = ParseBody([end]);
        _tokens.Take();
        return body;
    }

    // Python's colon may end the head of a block.
    private void ExpectBodyStart()
    {
        _tokens.TrySkip(":");
        _tokens.Expect(TokenKind.BlockEnd);
    }

    private Statement ParseStatement(int offset)
    {
        Token word = _tokens.Expect(TokenKind.Name);
        return word.Text switch
        {
            "if" => ParseIf(offset),
            "for" => ParseFor(offset),
            "set" => ParseSet(offset),
            "macro" => ParseMacro(offset),
            "call" => ParseCallBlock(offset),
            "filter" => ParseFilterBlock(offset),
            "with" => ParseWith(offset),
            "generation" => new ScopeStatement(offset, [], ParseBlock("endgeneration")),
            "block" => ParseNamedBlock(offset),
            "print" => ParsePrint(offset),
            "break" or "continue" => ParseLoopControl(word),
            "autoescape" => ParseAutoescape(offset),
            "include" or "extends" or "import" or "from" => ParseLoader(offset),
            _ => throw new SyntaxFault($"Encountered unknown tag '{word.Text}'", word.Offset),
        };
    }

    private PrintStatement ParsePrint(int offset)
    {
        List<Expression> values = [_expressions.Parse()];
        while (_tokens.TrySkip(","))
        {
            values.Add(_expressions.Parse());
        }

        return new PrintStatement(offset, new ConcatExpression(offset, [.. values]));
    }

    private IfStatement ParseIf(int offset)
    {
        List<(Expression, Statement[])> branches = [];
        while (true)
        {
            Expression test = _expressions.ParseTuple(withCondition: false);
            ExpectBodyStart();
            branches.Add((test, ParseBody(["elif", "else", "endif"])));
            Token word = _tokens.Take();
            switch (word.Text)
            {
                case "elif":
                    continue;
                case "else":
                    return new IfStatement(offset, [.. branches], ParseBlock("endif"));
                default:
                    return new IfStatement(offset, [.. branches], []);
            }
        }
    }

    private ForStatement ParseFor(int offset)
    {
        AssignmentTarget target = ParseTarget();
        AssignmentTarget testTarget = Copy(target);
        _tokens.ExpectName("in");
        Expression iterable = _expressions.ParseTuple(withCondition: false);
        Expression? test = _tokens.TrySkipName("if") ? _expressions.Parse() : null;
        bool isRecursive = _tokens.TrySkipName("recursive");
        ExpectBodyStart();
        _loops++;
        Statement[] body = ParseBody(["endfor", "else"]);
        _loops--;
        Statement[] otherwise = _tokens.Take().Text is "else" ? ParseBlock("endfor") : [];
        return new ForStatement(offset, target, iterable, test, test is null ? null : testTarget, body, otherwise, isRecursive);
    }

    private Statement ParseSet(int offset)
    {
        AssignmentTarget target = ParseTarget(withAttributes: true);
        if (_tokens.TrySkip("="))
        {
            return new SetStatement(offset, target, _expressions.ParseTuple());
        }

        FilterExpression? filter = _tokens.TrySkip("|") ? _expressions.ParseBlockFilters() : null;
        return new SetBlockStatement(offset, target, filter, ParseBlock("endset"));
    }

    private MacroStatement ParseMacro(int offset)
    {
        NameTarget name = ParseNameTarget();
        (NameTarget[] parameters, Expression[] defaults) = ParseParameters();
        return new MacroStatement(offset, name, ParseMacroBody(name.Name, parameters, defaults, "endmacro"));
    }

    private CallBlockStatement ParseCallBlock(int offset)
    {
        (NameTarget[] parameters, Expression[] defaults) = _tokens.Is("(") ? ParseParameters() : ([], []);
        int start = _tokens.Current.Offset;
        if (_expressions.Parse() is not CallExpression call)
        {
            throw new SyntaxFault("Expected a call", start);
        }

        return new CallBlockStatement(offset, call, ParseMacroBody(null, parameters, defaults, "endcall"));
    }

    private MacroDefinition ParseMacroBody(string? name, NameTarget[] parameters, Expression[] defaults, string end)
    {
        int loops = _loops;
        _loops = 0;
        _macroNames.Begin();
        Statement[] body = ParseBlock(end);
        (bool caller, bool keywords, bool more) = _macroNames.End();
        _loops = loops;
        return new MacroDefinition(name, parameters, defaults, body) { UsesCaller = caller, UsesKeywords = keywords, UsesMore = more };
    }

    private FilterBlockStatement ParseFilterBlock(int offset)
    {
        FilterExpression filter = _expressions.ParseBlockFilters();
        return new FilterBlockStatement(offset, filter, ParseBlock("endfilter"));
    }

    private ScopeStatement ParseWith(int offset)
    {
        List<(AssignmentTarget, Expression)> variables = [];
        while (_tokens.Current.Kind != TokenKind.BlockEnd)
        {
            if (variables.Count > 0)
            {
                _tokens.Expect(",");
            }

            AssignmentTarget target = ParseTarget();
            _tokens.Expect("=");
            variables.Add((target, _expressions.Parse()));
        }

        return new ScopeStatement(offset, [.. variables], ParseBlock("endwith"));
    }

    // Nothing can extend the template, so a named block is a scope where it stands.
    private ScopeStatement ParseNamedBlock(int offset)
    {
        string name = _tokens.Expect(TokenKind.Name).Text;
        _tokens.TrySkipName("scoped");
        _tokens.TrySkipName("required");
        Statement[] body = ParseBlock("endblock");
        _tokens.TrySkipName(name);
        return new ScopeStatement(offset, [], body);
    }

    // Text stays as it is whatever the setting: chat templates are rendered without escaping.
    private ScopeStatement ParseAutoescape(int offset)
    {
        _expressions.Parse();
        return new ScopeStatement(offset, [], ParseBlock("endautoescape"));
    }

    private LoopControlStatement ParseLoopControl(Token word) => _loops > 0
        ? new LoopControlStatement(word.Offset, word.Text is "break" ? Signal.Break : Signal.Continue)
        : throw new SyntaxFault($"'{word.Text}' stands outside a loop", word.Offset);

    private LoaderStatement ParseLoader(int offset)
    {
        Expression template = _expressions.Parse();
        while (_tokens.Current.Kind != TokenKind.BlockEnd && _tokens.Current.Kind != TokenKind.End)
        {
            _tokens.Take();
        }

        return new LoaderStatement(offset, template);
    }
}
