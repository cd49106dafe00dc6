namespace LocalInference.Text.Jinja;

/// <summary>Places the variables of expressions and refuses filters and tests that do not exist.</summary>
internal static class ExpressionBinder
{
    /// <param name="expression">The expression, whose names the scope knows.</param>
    /// <param name="scope">The scope.</param>
    /// <param name="isSoft">Whether it may never be evaluated: then an unknown filter or test is an error only if it is.</param>
    public static void Bind(Expression expression, Scope scope, bool isSoft)
    {
        switch (expression)
        {
            case NameExpression name:
                BindName(name, scope, member: LoopMember.None);
                return;
            case AttributeExpression { Target: NameExpression name } attribute:
                BindName(name, scope, attribute.LoopMember);
                return;
            case FilterExpression { IsKnown: false } filter when !isSoft:
                throw new SyntaxFault($"No filter named '{filter.Name}'", filter.Offset);
            case TestExpression { IsKnown: false } test when !isSoft:
                throw new SyntaxFault($"No test named '{test.Name}'", test.Offset);
        }

        bool isChildSoft = isSoft || expression is ConditionalExpression;
        expression.ForEachChild(child => Bind(child, scope, isChildSoft));
    }

    private static void BindName(NameExpression name, Scope scope, LoopMember member)
    {
        (Variable variable, VariablePlace place) = scope.Resolve(name.Name);
        name.Bind(place);
        if (variable.Loop is not null)
        {
            bool isSimple = place.Level == 0 && member is not (LoopMember.None or LoopMember.PreviousItem or LoopMember.NextItem);
            variable.Loop.NeedsItems |= !isSimple;
        }
    }
}
