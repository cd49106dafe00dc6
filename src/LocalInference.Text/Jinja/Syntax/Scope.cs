namespace LocalInference.Text.Jinja;

/// <summary>
/// The names of one block while variables are being placed, by the reference's rules: a block that sets a variable has its own,
/// which begins with the value of the one outside.
/// </summary>
internal sealed class Scope(Scope? parent, FunctionScope function, GlobalNames globals)
{
    private readonly Dictionary<string, Variable> _variables = new(StringComparer.Ordinal);
    private readonly HashSet<string> _stored = new(StringComparer.Ordinal);

    public FunctionScope Function => function;

    public Variable AddParameter(string name)
    {
        if (!_variables.TryGetValue(name, out Variable? variable) || !variable.IsParameter)
        {
            _variables[name] = variable = new Variable { Slot = function.SlotCount++, IsParameter = true };
            _stored.Add(name);
        }

        return variable;
    }

    /// <summary>The name is read.</summary>
    public void Load(string name)
    {
        if (Find(name) is null)
        {
            _variables.Add(name, new Variable { Global = globals.Add(name) });
        }
    }

    /// <summary>The name is set.</summary>
    /// <param name="name">The name.</param>
    /// <param name="isInBranch">Whether it is set only if some test holds: then it may be one from outside the template.</param>
    public void Store(string name, bool isInBranch)
    {
        if (!_stored.Add(name))
        {
            return;
        }

        if (!_variables.TryGetValue(name, out Variable? variable))
        {
            VariablePlace? outer = parent?.Find(name) is { } found ? Place(found) : null;
            variable = new Variable { Source = outer, Global = outer is null && isInBranch ? globals.Add(name) : -1 };
            _variables.Add(name, variable);
        }

        variable.Slot = function.SlotCount++;
        if (variable.Global >= 0)
        {
            variable.Source = new VariablePlace(-1, variable.Global);
        }
    }

    /// <summary>Where a name is that was loaded or stored.</summary>
    public (Variable Variable, VariablePlace Place) Resolve(string name)
    {
        (Scope scope, Variable variable) = Find(name)!.Value;
        variable.IsUsed = true;
        return (variable, Place((scope, variable)));
    }

    public int SlotOf(string name) => _variables[name].Slot;

    public ScopeEntry ToEntry()
    {
        (int, VariablePlace?)[] variables = [.. _variables.Values.Where(variable => variable is { Slot: >= 0, IsParameter: false }).Select(variable => (variable.Slot, variable.Source))];
        return variables.Length == 0 ? ScopeEntry.Empty : new ScopeEntry(variables);
    }

    private (Scope Scope, Variable Variable)? Find(string name)
    {
        for (Scope? scope = this; scope is not null; scope = scope.Outer)
        {
            if (scope._variables.TryGetValue(name, out Variable? variable))
            {
                return (scope, variable);
            }
        }

        return null;
    }

    private Scope? Outer => parent;

    private VariablePlace Place((Scope Scope, Variable Variable) found)
    {
        if (found.Variable.Slot < 0)
        {
            return new VariablePlace(-1, found.Variable.Global);
        }

        int level = 0;
        for (FunctionScope? at = function; at != found.Scope.Function; at = at.Parent!)
        {
            level++;
        }

        return new VariablePlace(level, found.Variable.Slot);
    }
}
