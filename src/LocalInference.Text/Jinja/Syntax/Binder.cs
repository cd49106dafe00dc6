namespace LocalInference.Text.Jinja;

/// <summary>
/// Places every variable of a parsed template, so that rendering looks no name up. Scopes are Jinja's: for, with, call, filter,
/// set blocks and macros have their own; if does not.
/// </summary>
internal sealed class Binder
{
    private readonly GlobalNames _globals = new();
    private int _loopDepth;

    public string[] GlobalNames => _globals.ToArray();

    public (FunctionScope Function, ScopeEntry Entry) BindTemplate(Statement[] body)
    {
        FunctionScope function = new(null);
        Scope scope = new(null, function, _globals);
        BindBody(body, scope, isSoft: false);
        return (function, scope.ToEntry());
    }

    private void BindBody(Statement[] body, Scope scope, bool isSoft)
    {
        Declare(body, scope, isInBranch: false);
        Bind(body, scope, isSoft);
    }

    private void Declare(Statement[] body, Scope scope, bool isInBranch)
    {
        foreach (Statement statement in body)
        {
            Declare(statement, scope, isInBranch);
        }
    }

    private void Declare(Statement statement, Scope scope, bool isInBranch)
    {
        switch (statement)
        {
            case PrintStatement print:
                Declare(print.Value, scope);
                break;
            case IfStatement branches:
                foreach ((Expression test, Statement[] body) in branches.Branches)
                {
                    Declare(test, scope);
                    Declare(body, scope, isInBranch: true);
                }

                Declare(branches.Otherwise, scope, isInBranch: true);
                break;
            case ForStatement loop:
                Declare(loop.Iterable, scope);
                break;
            case SetStatement set:
                Declare(set.Value, scope);
                Declare(set.Target, scope, isInBranch);
                break;
            case SetBlockStatement set:
                Declare(set.Target, scope, isInBranch);
                break;
            case MacroStatement macro:
                Declare(macro.Target, scope, isInBranch);
                break;
            case CallBlockStatement call:
                Declare(call.Call, scope);
                break;
            case FilterBlockStatement filter:
                Declare(filter.Filter, scope);
                break;
            case ScopeStatement with:
                Array.ForEach(with.Variables, variable => Declare(variable.Value, scope));
                break;
            case LoaderStatement loader:
                Declare(loader.Template, scope);
                break;
        }
    }

    private static void Declare(Expression expression, Scope scope)
    {
        if (expression is NameExpression name)
        {
            scope.Load(name.Name);
        }

        expression.ForEachChild(child => Declare(child, scope));
    }

    private void Declare(AssignmentTarget target, Scope scope, bool isInBranch)
    {
        switch (target)
        {
            case NameTarget name:
                CheckLoopName(name);
                scope.Store(name.Name, isInBranch);
                break;
            case AttributeTarget attribute:
                scope.Load(attribute.Target.Name);
                break;
            case TupleTarget tuple:
                Array.ForEach(tuple.Targets, item => Declare(item, scope, isInBranch));
                break;
        }
    }

    private void CheckLoopName(NameTarget name)
    {
        if (_loopDepth > 0 && name.Name is "loop")
        {
            throw new SyntaxFault("Can't assign to special loop variable in for-loop target", name.Offset);
        }
    }

    private void AddParameters(AssignmentTarget target, Scope scope)
    {
        switch (target)
        {
            case NameTarget name:
                CheckLoopName(name);
                name.Bind(scope.AddParameter(name.Name).Slot);
                break;
            case TupleTarget tuple:
                Array.ForEach(tuple.Targets, item => AddParameters(item, scope));
                break;
        }
    }

    private void Bind(Statement[] body, Scope scope, bool isSoft)
    {
        foreach (Statement statement in body)
        {
            Bind(statement, scope, isSoft);
        }
    }

    private void Bind(Statement statement, Scope scope, bool isSoft)
    {
        switch (statement)
        {
            case PrintStatement print:
                ExpressionBinder.Bind(print.Value, scope, isSoft);
                break;
            case IfStatement branches:
                foreach ((Expression test, Statement[] body) in branches.Branches)
                {
                    ExpressionBinder.Bind(test, scope, isSoft: true);
                    Bind(body, scope, isSoft: true);
                }

                Bind(branches.Otherwise, scope, isSoft: true);
                break;
            case ForStatement loop:
                Bind(loop, scope, isSoft);
                break;
            case SetStatement set:
                ExpressionBinder.Bind(set.Value, scope, isSoft);
                Bind(set.Target, scope);
                break;
            case SetBlockStatement set:
                Bind(set.Target, scope);
                set.Scope = BindInner(set.Body, set.Filter, scope);
                break;
            case MacroStatement macro:
                Bind(macro.Target, scope);
                Bind(macro.Macro, scope);
                break;
            case CallBlockStatement call:
                ExpressionBinder.Bind(call.Call, scope, isSoft);
                Bind(call.Body, scope);
                break;
            case FilterBlockStatement filter:
                filter.Scope = BindInner(filter.Body, filter.Filter, scope);
                break;
            case ScopeStatement with:
                Bind(with, scope, isSoft);
                break;
            case LoaderStatement loader:
                ExpressionBinder.Bind(loader.Template, scope, isSoft);
                break;
        }
    }

    private static void Bind(AssignmentTarget target, Scope scope)
    {
        switch (target)
        {
            case NameTarget name:
                name.Bind(scope.SlotOf(name.Name));
                break;
            case AttributeTarget attribute:
                ExpressionBinder.Bind(attribute.Target, scope, isSoft: true);
                break;
            case TupleTarget tuple:
                Array.ForEach(tuple.Targets, item => Bind(item, scope));
                break;
        }
    }

    private ScopeEntry BindInner(Statement[] body, FilterExpression? filter, Scope outer)
    {
        Scope scope = new(outer, outer.Function, _globals);
        if (filter is not null)
        {
            Declare(filter, scope);
        }

        BindBody(body, scope, isSoft: false);
        if (filter is not null)
        {
            ExpressionBinder.Bind(filter, scope, isSoft: false);
        }

        return scope.ToEntry();
    }

    private void Bind(ScopeStatement with, Scope outer, bool isSoft)
    {
        Scope scope = new(outer, outer.Function, _globals);
        foreach ((AssignmentTarget target, Expression value) in with.Variables)
        {
            ExpressionBinder.Bind(value, outer, isSoft);
            AddParameters(target, scope);
        }

        BindBody(with.Body, scope, isSoft: false);
        with.Scope = scope.ToEntry();
    }

    private void Bind(ForStatement loop, Scope outer, bool isSoft)
    {
        ExpressionBinder.Bind(loop.Iterable, outer, isSoft);
        FunctionScope function = loop.IsRecursive ? Inner(outer.Function) : outer.Function;
        loop.Function = function;
        if (loop.Test is not null)
        {
            Scope test = new(outer, function, _globals);
            AddParameters(loop.TestTarget!, test);
            Declare(loop.Test, test);
            ExpressionBinder.Bind(loop.Test, test, isSoft: false);
            loop.TestScope = test.ToEntry();
        }

        Scope scope = new(outer, function, _globals);
        Variable variable = scope.AddParameter("loop");
        variable.Loop = loop;
        _loopDepth++;
        AddParameters(loop.Target, scope);
        BindBody(loop.Body, scope, isSoft: false);
        _loopDepth--;
        loop.LoopSlot = variable.IsUsed || loop.IsRecursive ? variable.Slot : -1;
        loop.NeedsItems |= loop.IsRecursive;
        loop.Scope = scope.ToEntry();

        Scope otherwise = new(outer, function, _globals);
        BindBody(loop.Otherwise, otherwise, isSoft: false);
        loop.OtherwiseScope = otherwise.ToEntry();
    }

    private void Bind(MacroDefinition macro, Scope outer)
    {
        macro.Function = Inner(outer.Function);
        Scope scope = new(outer, macro.Function, _globals);
        Array.ForEach(macro.Parameters, parameter => AddParameters(parameter, scope));
        macro.CallerSlot = Special(macro, scope, macro.UsesCaller, "caller");
        macro.KeywordsSlot = Special(macro, scope, macro.UsesKeywords, "kwargs");
        macro.MoreSlot = Special(macro, scope, macro.UsesMore, "varargs");
        Array.ForEach(macro.Defaults, value => Declare(value, scope));
        BindBody(macro.Body, scope, isSoft: false);
        Array.ForEach(macro.Defaults, value => ExpressionBinder.Bind(value, scope, isSoft: false));
        macro.Scope = scope.ToEntry();
    }

    private static int Special(MacroDefinition macro, Scope scope, bool isUsed, string name) =>
        isUsed && !macro.ParameterNames.Contains(name, StringComparer.Ordinal) ? scope.AddParameter(name).Slot : -1;

    private static FunctionScope Inner(FunctionScope outer)
    {
        outer.IsCaptured = true;
        return new FunctionScope(outer);
    }
}
