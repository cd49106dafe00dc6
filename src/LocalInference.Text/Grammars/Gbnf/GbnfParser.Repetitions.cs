namespace LocalInference.Text;

internal sealed partial class GbnfParser
{
    private (int Minimum, int? Maximum) ParseCount(bool nested)
    {
        int start = _source.Position;
        char sign = _source.Current;
        _source.Position++;
        if (sign != '{')
        {
            return sign switch { '*' => (0, null), '+' => (1, null), _ => (0, 1) };
        }

        _source.SkipSpace(nested);
        int? minimum = _source.ReadNumber();
        int? maximum = minimum;
        _source.SkipSpace(nested);
        if (_source.Current == ',')
        {
            _source.Position++;
            _source.SkipSpace(nested);
            maximum = null;
            if (char.IsAsciiDigit(_source.Current))
            {
                // llama.cpp reads what is beyond its limit as no limit, which would let more through than is written here.
                maximum = _source.ReadNumber() ?? int.MaxValue;
                _source.SkipSpace(nested);
            }
        }

        if (_source.Current != '}')
        {
            throw _source.Error("} is expected behind a count.");
        }

        _source.Position++;
        if (minimum is null or > GrammarLimits.Repetitions || maximum > GrammarLimits.Repetitions)
        {
            throw _source.Error($"Something can be repeated {GrammarLimits.Repetitions} times; nest repetitions for more.", start);
        }

        return maximum < minimum
            ? throw _source.Error("The least count is larger than the most.", start)
            : (minimum.Value, maximum);
    }

    private void Repeat(List<GbnfElement> rule, int lastItem, ref int rulesOfItem, int minimum, int? maximum, int position)
    {
        if (lastItem == rule.Count)
        {
            throw _source.Error("There is nothing here to repeat.", position);
        }

        int made = Math.Max(1, maximum ?? minimum);
        if ((long)rulesOfItem * made > GrammarLimits.Repetitions)
        {
            throw _source.Error($"A repetition can make {GrammarLimits.Repetitions} rules; name the repeated part as a rule, or repeat less.", position);
        }

        rulesOfItem *= made;
        GbnfElement[] item = [.. rule[lastItem..]];
        if (minimum == 0)
        {
            rule.RemoveRange(lastItem, item.Length);
        }

        for (int i = 1; i < minimum; i++)
        {
            AddRange(rule, item);
        }

        int optional = maximum - minimum ?? 1;
        int previous = -1;
        for (int i = 0; i < optional; i++)
        {
            int next = NewRule(position);
            _rules[next] = Optional(item, maximum is null ? next : previous);
            previous = next;
        }

        if (optional > 0)
        {
            Add(rule, new(GbnfElementKind.Rule, previous));
        }
    }

    // The item and what may follow it, or nothing; a rest of -1: nothing follows.
    private GbnfElement[] Optional(GbnfElement[] item, int rest)
    {
        int length = item.Length + (rest >= 0 ? 3 : 2);
        Count(length);
        var body = new GbnfElement[length];
        item.CopyTo(body, 0);
        if (rest >= 0)
        {
            body[item.Length] = new(GbnfElementKind.Rule, rest);
        }

        body[^2] = new(GbnfElementKind.Alternative);
        body[^1] = new(GbnfElementKind.End);
        return body;
    }
}
