namespace LocalInference.Text.Jinja;

/// <summary>A call of a function, method or macro.</summary>
internal sealed class CallExpression(int offset, Expression target, ArgumentList arguments) : Expression(offset)
{
    public override JinjaValue Evaluate(Frame frame) => Evaluate(frame, default);

    public JinjaValue Evaluate(Frame frame, JinjaValue caller)
    {
        JinjaValue callee;
        if (target is AttributeExpression attribute)
        {
            JinjaValue self = attribute.Target.Evaluate(frame);
            frame.Context.At = attribute.Offset;
            if (MethodOf(frame.Context, self, attribute) is { } method)
            {
                // The common case makes no bound method.
                return arguments.Invoke(method, frame, self, Offset);
            }

            callee = Attributes.Get(frame.Context, self, attribute.Name);
        }
        else
        {
            callee = target.Evaluate(frame);
        }

        if (callee.Reference is BoundMethod bound)
        {
            return arguments.Invoke(bound.Method, frame, bound.Self, Offset);
        }

        TextBuffer output = frame.Context.RentBuffer();
        Call(frame, callee, caller, output);
        return frame.Context.TakeText(output);
    }

    public override void Render(Frame frame, TextBuffer output) => Render(frame, default, output);

    /// <summary>Calls, with a call block's body as the caller, and writes what is returned: a macro writes straight to the output.</summary>
    public void Render(Frame frame, JinjaValue caller, TextBuffer output)
    {
        if (target is NameExpression)
        {
            JinjaValue callee = target.Evaluate(frame);
            if (callee.Reference is MacroObject or LoopState)
            {
                Call(frame, callee, caller, output);
                return;
            }
        }

        PythonText.Write(Evaluate(frame, caller), output);
    }

    public override void ForEachChild(Action<Expression> visit)
    {
        visit(target);
        arguments.ForEachChild(visit);
    }

    private static Builtin? MethodOf(RenderContext context, JinjaValue self, AttributeExpression attribute)
    {
        Builtin? method = self.Reference switch
        {
            MapBase => attribute.MapMethod,
            SequenceObject list => Attributes.MethodOf(list, attribute.ListMethod),
            LoopState => LoopMembers.FindMethod(attribute.LoopMember),
            _ => self.IsString ? attribute.StringMethod : null,
        };

        if (method is { Mutates: true })
        {
            Attributes.CheckMutation(context, attribute.Name);
        }

        return method;
    }

    private void Call(Frame frame, JinjaValue callee, JinjaValue caller, TextBuffer output)
    {
        frame.Context.At = Offset;
        if (callee.Reference is UndefinedObject undefined)
        {
            throw new JinjaFault(undefined.Reason);
        }

        if (callee.Kind is not (JinjaValueKind.Function or JinjaValueKind.Object))
        {
            throw new JinjaFault($"'{Attributes.TypeName(callee)}' object is not callable");
        }

        ArgumentBuffer buffer = default;
        CallArguments evaluated = arguments.Evaluate(frame, buffer);
        frame.Context.At = Offset;
        switch (callee.Reference)
        {
            case MacroObject macro:
                macro.Call(frame.Context, evaluated, caller, output);
                break;
            case LoopState loop:
                loop.Recurse(evaluated, output);
                break;
            case BoundMethod bound:
                PythonText.Write(bound.Method.Invoke(frame.Context, bound.Self, evaluated), output);
                break;
            default:
                throw new JinjaFault($"'{Attributes.TypeName(callee)}' object is not callable");
        }

        frame.Context.At = Offset;
    }
}
