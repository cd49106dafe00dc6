namespace LocalInference.Text.GoTemplates;

/// <summary>One rendering of a template.</summary>
internal sealed partial class GoRenderer(GoSource source, GoTree tree, DateTimeOffset now, MarkedTextBuilder output)
{
    private readonly List<(string Name, object? Value)> _variables = [];
    private int _steps;
    private int _depth;
    private long _built;

    /// <summary>Nodes that begin behind this position are left out.</summary>
    public int LastPosition { get; init; } = int.MaxValue;

    public void Render(GoMap data)
    {
        _variables.Clear();
        _variables.Add(("$", data));
        WalkAll(tree.Root, data);
    }

    private GoFlow WalkAll(IReadOnlyList<GoNode> nodes, object? dot)
    {
        foreach (GoNode node in nodes)
        {
            if (node.Position > LastPosition)
            {
                break;
            }

            if (Walk(node, dot) is var flow and not GoFlow.Normal)
            {
                return flow;
            }
        }

        return GoFlow.Normal;
    }

    private GoFlow Walk(GoNode node, object? dot)
    {
        Step(node);
        switch (node)
        {
            case GoText text:
                output.Append(text.Text, isContent: false);
                break;
            case GoAction action:
                object? value = EvaluatePipeline(action.Pipeline, dot);
                if (action.Pipeline.Variables.Count == 0)
                {
                    output.Append(GoFormat.Write(value));
                }

                break;
            case GoBranch { Kind: GoBranchKind.Range } range:
                WalkRange(range, dot);
                break;
            case GoBranch branch:
                return WalkBranch(branch, dot);
            case GoJump jump:
                return jump.IsBreak ? GoFlow.Break : GoFlow.Continue;
            default:
                WalkTemplate((GoTemplateCall)node, dot);
                break;
        }

        if (output.Length > GoTemplateLimits.OutputLength)
        {
            throw source.Error(node.Position, $"The output is longer than {GoTemplateLimits.OutputLength} characters", TemplateErrorKind.Limit);
        }

        return GoFlow.Normal;
    }

    private GoFlow WalkBranch(GoBranch branch, object? dot)
    {
        int variables = _variables.Count;
        object? value = EvaluatePipeline(branch.Pipeline, dot);
        bool isTrue = GoTruth.Of(value);
        GoFlow flow = WalkAll(isTrue ? branch.Body : branch.Else, isTrue && branch.Kind == GoBranchKind.With ? value : dot);
        _variables.RemoveRange(variables, _variables.Count - variables);
        return flow;
    }

    private void WalkRange(GoBranch range, object? dot)
    {
        int variables = _variables.Count;
        object? value = Evaluate(range.Pipeline with { Variables = [] }, dot);
        bool isEmpty = true;
        foreach ((object? key, object? element) in Elements(range, value))
        {
            // A body may be empty, and a number of rounds without end.
            Step(range);
            isEmpty = false;
            SetRangeVariables(range.Pipeline, key, element);
            int inner = _variables.Count;
            GoFlow flow = WalkAll(range.Body, element);
            _variables.RemoveRange(inner, _variables.Count - inner);
            if (!range.Pipeline.Assigns)
            {
                _variables.RemoveRange(variables, _variables.Count - variables);
            }

            if (flow == GoFlow.Break)
            {
                break;
            }
        }

        if (isEmpty)
        {
            // Declared variables are visible in the else branch; they hold what was ranged over.
            SetRangeVariables(range.Pipeline, value, value);
            WalkAll(range.Else, dot);
        }

        _variables.RemoveRange(variables, _variables.Count - variables);
    }

    private IEnumerable<(object? Key, object? Value)> Elements(GoBranch range, object? value) => value switch
    {
        null => [],
        GoList list => list.Items.Select(static (item, i) => ((object?)(long)i, item)),
        GoMap { IsStruct: false } map => map.Entries.OrderBy(static e => e.Key, StringComparer.Ordinal).Select(static e => ((object?)GoStrings.Content(e.Key), e.Value)),
        long count => Count(count),
        _ => throw source.Error(range.Position, "range takes a list, a map or an integer", TemplateErrorKind.Runtime),
    };

    // The limit of steps ends it long before the number does.
    private static IEnumerable<(object? Key, object? Value)> Count(long count)
    {
        for (long i = 0; i < count; i++)
        {
            yield return (i, i);
        }
    }

    private void SetRangeVariables(GoPipeline pipeline, object? key, object? element)
    {
        object?[] values = pipeline.Variables.Count == 2 ? [key, element] : [element];
        for (int i = 0; i < pipeline.Variables.Count; i++)
        {
            SetVariable(pipeline.Variables[i], values[i], pipeline.Assigns);
        }
    }

    private void WalkTemplate(GoTemplateCall call, object? dot)
    {
        if (!tree.Definitions.TryGetValue(call.Name, out IReadOnlyList<GoNode>? body))
        {
            throw source.Error(call.Position, "There is no template of this name", TemplateErrorKind.Runtime);
        }

        object? value = call.Pipeline is null ? null : EvaluatePipeline(call.Pipeline, dot);
        if (++_depth > GoTemplateLimits.Depth)
        {
            throw source.Error(call.Position, $"Templates call one another more than {GoTemplateLimits.Depth} deep", TemplateErrorKind.Limit);
        }

        (string, object?)[] outer = [.. _variables];
        _variables.Clear();
        _variables.Add(("$", value));
        WalkAll(body, value);
        _variables.Clear();
        _variables.AddRange(outer);
        _depth--;
    }

    private void SetVariable(string name, object? value, bool assigns)
    {
        if (!assigns)
        {
            _variables.Add((name, value));
            return;
        }

        _variables[_variables.FindLastIndex(v => v.Name == name)] = (name, value);
    }

    private void Step(GoNode node)
    {
        if (++_steps > GoTemplateLimits.Steps)
        {
            throw source.Error(node.Position, $"Rendering takes more than {GoTemplateLimits.Steps} steps", TemplateErrorKind.Limit);
        }
    }
}
