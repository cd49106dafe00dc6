namespace LocalInference.Text.Jinja;

internal sealed class ForStatement(
    int offset, AssignmentTarget target, Expression iterable, Expression? test, AssignmentTarget? testTarget, Statement[] body, Statement[] otherwise, bool isRecursive)
    : Statement(offset)
{
    public AssignmentTarget Target => target;

    public Expression Iterable => iterable;

    /// <summary>Which items are gone through; <see langword="null"/>: all.</summary>
    public Expression? Test => test;

    /// <summary>The target again, with variables of its own: the test runs ahead of the body.</summary>
    public AssignmentTarget? TestTarget => testTarget;

    public Statement[] Body => body;

    public Statement[] Otherwise => otherwise;

    public bool IsRecursive => isRecursive;

    /// <summary>Of a recursive loop, which is called like a macro.</summary>
    public FunctionScope? Function { get; set; }

    public ScopeEntry Scope { get; set; } = ScopeEntry.Empty;

    public ScopeEntry TestScope { get; set; } = ScopeEntry.Empty;

    public ScopeEntry OtherwiseScope { get; set; } = ScopeEntry.Empty;

    /// <summary>Where the body finds <c>loop</c>; -1 if it never asks.</summary>
    public int LoopSlot { get; set; } = -1;

    /// <summary>Whether the body asks for more than the place and the length, or hands <c>loop</c> on.</summary>
    public bool NeedsItems { get; set; }

    public override Signal Execute(Frame frame, TextBuffer output)
    {
        frame.Context.Step();
        JinjaValue items = iterable.Evaluate(frame);
        frame.Context.At = iterable.Offset;
        if (isRecursive)
        {
            Recurse(frame, items, 0, output);
            return Signal.None;
        }

        StackGuard.Check();
        SequenceObject? list = NeedsItems || test is not null ? null : items.Reference as SequenceObject ?? (items.Reference as IteratorObject)?.TakeUnread();
        if (list is not null)
        {
            RunOverList(frame, list, output);
        }
        else
        {
            Run(frame, items, 0, output);
        }

        return Signal.None;
    }

    /// <summary>Renders a recursive loop over some items, with variables of its own.</summary>
    public void Recurse(Frame outer, JinjaValue items, int depth0, TextBuffer output)
    {
        Frame frame = outer.Context.EnterFrame(Function!, outer);
        Run(frame, items, depth0, output);
        outer.Context.LeaveFrame(frame, Function!);
    }

    /// <summary>Whether the test lets an item through.</summary>
    public bool Accepts(Frame frame, JinjaValue item)
    {
        testTarget!.Assign(frame, item);
        TestScope.Enter(frame);
        return test!.IsTrue(frame);
    }

    private void RunOverList(Frame frame, SequenceObject list, TextBuffer output)
    {
        LoopState? loop = null;
        if (LoopSlot >= 0)
        {
            loop = frame.Context.RentLoop();
            loop.Begin(list);
        }

        // The pairs of a map go straight to their two variables.
        MapBase? pairs = list is MapPartView { Part: MapViewPart.Items } view && target is TupleTarget { Targets: [NameTarget, NameTarget] } ? view.Map : null;
        bool finishedOne = false;
        for (int i = 0; i < list.Count; i++)
        {
            frame.Context.Step();
            if (pairs is not null)
            {
                AssignmentTarget[] targets = ((TupleTarget)target).Targets;
                targets[0].Assign(frame, pairs.KeyAt(i));
                targets[1].Assign(frame, pairs.ValueAt(i));
            }
            else
            {
                target.Assign(frame, list.ItemAt(i));
            }

            if (loop is not null)
            {
                loop.Index0 = i;
                frame.Slots[LoopSlot] = new JinjaValue(loop);
            }

            if (!RunBody(frame, output, ref finishedOne))
            {
                break;
            }
        }

        if (loop is not null)
        {
            frame.Context.Return(loop);
        }

        RunOtherwise(frame, finishedOne, output);
    }

    private void Run(Frame frame, JinjaValue items, int depth0, TextBuffer output)
    {
        LoopState loop = new();
        loop.Begin(frame, this, items, depth0);
        bool finishedOne = false;
        while (loop.MoveNext(out JinjaValue item))
        {
            target.Assign(frame, item);
            if (LoopSlot >= 0)
            {
                frame.Slots[LoopSlot] = new JinjaValue(loop);
            }

            if (!RunBody(frame, output, ref finishedOne))
            {
                break;
            }
        }

        RunOtherwise(frame, finishedOne, output);
    }

    // Whether the loop goes on.
    private bool RunBody(Frame frame, TextBuffer output, ref bool finishedOne)
    {
        Scope.Enter(frame);
        Signal signal = Execute(body, frame, output);
        finishedOne |= signal == Signal.None;
        return signal != Signal.Break;
    }

    // The reference notes that there were items at the end of the body, which break and continue skip.
    private void RunOtherwise(Frame frame, bool finishedOne, TextBuffer output)
    {
        if (!finishedOne && otherwise.Length > 0)
        {
            OtherwiseScope.Enter(frame);
            Execute(otherwise, frame, output);
        }
    }
}
