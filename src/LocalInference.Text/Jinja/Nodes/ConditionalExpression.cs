namespace LocalInference.Text.Jinja;

/// <summary><c>a if test else b</c>; without an else the value is undefined where the test fails.</summary>
internal sealed class ConditionalExpression : Expression
{
    private static readonly JinjaValue s_noElse = UndefinedObject.Because("The inline if-expression evaluated to false and no else section was defined");

    private readonly Expression _test;
    private readonly Expression _whenTrue;
    private readonly Expression? _whenFalse;

    public ConditionalExpression(int offset, Expression test, Expression whenTrue, Expression? whenFalse)
        : base(offset)
    {
        _test = test;
        _whenTrue = whenTrue;
        _whenFalse = whenFalse;
        GivesText = whenTrue.GivesText && whenFalse is { GivesText: true };
    }

    public override JinjaValue Evaluate(Frame frame) =>
        _test.IsTrue(frame) ? _whenTrue.Evaluate(frame) : _whenFalse?.Evaluate(frame) ?? s_noElse;

    public override void Render(Frame frame, TextBuffer output)
    {
        if (_test.IsTrue(frame))
        {
            _whenTrue.Render(frame, output);
        }
        else
        {
            _whenFalse?.Render(frame, output);
        }
    }

    public override void ForEachChild(Action<Expression> visit)
    {
        visit(_test);
        visit(_whenTrue);
        if (_whenFalse is not null)
        {
            visit(_whenFalse);
        }
    }
}
