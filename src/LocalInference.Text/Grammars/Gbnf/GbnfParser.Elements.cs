namespace LocalInference.Text;

internal sealed partial class GbnfParser
{
    private void ParseLiteral(List<GbnfElement> rule)
    {
        _source.Position++;
        while (_source.Current != '"')
        {
            Add(rule, new(GbnfElementKind.Character, _source.ReadCodePoint()));
        }

        _source.Position++;
    }

    private int ParseClass()
    {
        int start = _source.Position++;
        bool negated = _source.Current == '^';
        if (negated)
        {
            _source.Position++;
        }

        var ranges = new List<(int, int)>();
        while (_source.Current != ']')
        {
            int first = _source.ReadCodePoint();
            int last = first;
            if (_source.Current == '-' && _source.At(1) != ']')
            {
                _source.Position++;
                last = _source.ReadCodePoint();
            }

            ranges.Add((first, last));
        }

        _source.Position++;
        if (ranges.Count == 0)
        {
            throw _source.Error("A class needs at least one character; llama.cpp would read this one as nothing.", start);
        }

        _classes.Add(new GbnfClass(negated, [.. ranges]));
        return _classes.Count - 1;
    }

    private GbnfElement ParseToken()
    {
        int start = _source.Position;
        bool negated = _source.Current == '!';
        if (negated)
        {
            _source.Position++;
        }

        int opening = _source.Position;
        if (_source.Current != '<')
        {
            throw _source.Error("A token in angle brackets is expected behind !.");
        }

        _source.Position++;
        if (_source.Current == '[')
        {
            _source.Position++;
            int id = _source.ReadNumber() ?? throw _source.Error("There is no token with this number.", start);
            if (_source.Current != ']' || _source.At(1) != '>')
            {
                throw _source.Error("]> is expected behind a token's number.");
            }

            _source.Position += 2;
            return new(negated ? GbnfElementKind.NotToken : GbnfElementKind.Token, id);
        }

        while (_source.Current is not ('>' or '\0'))
        {
            _source.Position++;
        }

        if (_source.Current == '\0')
        {
            throw _source.Error("> is missing behind this token.", start);
        }

        _source.Position++;
        string token = _source.Since(opening);
        int known = _tokenTexts.IndexOf(token);
        if (known < 0)
        {
            known = _tokenTexts.Count;
            _tokenTexts.Add(token);
        }

        return new(negated ? GbnfElementKind.NotTokenText : GbnfElementKind.TokenText, known);
    }

    private int ParseGroup(List<GbnfElement> rule)
    {
        int start = _source.Position++;
        if (++_depth > GrammarLimits.GroupDepth)
        {
            throw _source.Error($"Groups can be nested {GrammarLimits.GroupDepth} deep.", start);
        }

        _source.SkipSpace(acrossLines: true);
        int rulesBefore = _rules.Count;
        int group = NewRule(start);
        ParseAlternatives(group, nested: true);
        if (_source.Current != ')')
        {
            throw _source.Error("This is no part of a group; ) is expected.");
        }

        _source.Position++;
        _depth--;
        Add(rule, new(GbnfElementKind.Rule, group));
        return _rules.Count - rulesBefore;
    }
}
