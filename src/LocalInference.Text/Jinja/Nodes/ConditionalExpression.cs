namespace LocalInference.Text.Jinja;

/// <summary><c>a if test else b</c>; without an else the value is undefined where the test fails.</summary>
internal sealed class ConditionalExpression(int offset, Expression test, Expression whenTrue, Expression? whenFalse) : Expression(offset)
{
    private static readonly JinjaValue s_noElse = UndefinedObject.Because("The inline if-expression evaluated to false and no else section was defined");

    public override bool GivesText => whenTrue.GivesText && whenFalse is { GivesText: true };

    public override JinjaValue Evaluate(Frame frame) =>
        test.IsTrue(frame) ? whenTrue.Evaluate(frame) : whenFalse?.Evaluate(frame) ?? s_noElse;

    public override void Render(Frame frame, TextBuffer output)
    {
        if (test.IsTrue(frame))
        {
            whenTrue.Render(frame, output);
        }
        else
        {
            whenFalse?.Render(frame, output);
        }
    }

    public override void ForEachChild(Action<Expression> visit)
    {
        visit(test);
        visit(whenTrue);
        if (whenFalse is not null)
        {
            visit(whenFalse);
        }
    }
}
