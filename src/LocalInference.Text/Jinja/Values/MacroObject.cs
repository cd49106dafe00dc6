namespace LocalInference.Text.Jinja;

/// <summary>A macro together with the variables around it.</summary>
internal sealed class MacroObject(MacroDefinition definition, Frame outer) : JinjaObject(JinjaValueKind.Function)
{
    public override string TypeName => "Macro";

    public override bool TryGetAttribute(RenderContext context, string name, out JinjaValue value)
    {
        value = name switch
        {
            "name" => definition.Name is null ? JinjaValue.None : JinjaValue.FromString(definition.Name),
            "arguments" => new JinjaValue(new ListObject([.. definition.ParameterNames.Select(parameter => JinjaValue.FromString(parameter))])),
            "caller" => JinjaValue.FromBoolean(definition.UsesCaller),
            "catch_kwargs" => JinjaValue.FromBoolean(definition.UsesKeywords),
            "catch_varargs" => JinjaValue.FromBoolean(definition.UsesMore),
            _ => default,
        };
        return !value.IsMissing;
    }

    public void Call(RenderContext context, in CallArguments arguments, JinjaValue caller, TextBuffer output)
    {
        Frame frame = context.EnterFrame(definition.Function, outer);
        definition.Scope.Enter(frame);
        BindParameters(frame, arguments, caller);
        SetDefaults(frame);
        Statement.Execute(definition.Body, frame, output);
        context.LeaveFrame(frame, definition.Function);
    }

    private void BindParameters(Frame frame, in CallArguments arguments, JinjaValue caller)
    {
        NameTarget[] parameters = definition.Parameters;
        ReadOnlySpan<JinjaValue> positional = arguments.Positional;
        int given = Math.Min(positional.Length, parameters.Length);
        for (int i = 0; i < parameters.Length; i++)
        {
            // A parameter whose argument is undefined was given all the same: its default does not apply.
            frame.Slots[parameters[i].Slot] = i < given ? UndefinedObject.IfMissing(positional[i]) : default;
        }

        JinjaValue callerValue = caller;
        MapObject? keywords = definition.KeywordsSlot >= 0 ? new MapObject() : null;
        for (int i = 0; i < arguments.Names.Length; i++)
        {
            string name = arguments.Names[i];
            int index = Array.IndexOf(definition.ParameterNames, name);
            if (index >= given)
            {
                frame.Slots[parameters[index].Slot] = UndefinedObject.IfMissing(arguments.Named[i]);
            }
            else if (string.Equals(name, "caller", StringComparison.Ordinal) && definition.CallerSlot >= 0)
            {
                callerValue = arguments.Named[i];
            }
            else if (keywords is not null)
            {
                keywords.Entries[JinjaValue.FromString(name)] = arguments.Named[i];
            }
            else
            {
                throw new JinjaFault($"macro '{definition.Name}' takes no keyword argument '{name}'");
            }
        }

        BindSpecials(frame, positional, callerValue, keywords);
    }

    private void BindSpecials(Frame frame, ReadOnlySpan<JinjaValue> positional, JinjaValue caller, MapObject? keywords)
    {
        int explicitCaller = Array.IndexOf(definition.ParameterNames, "caller");
        if (definition.CallerSlot >= 0)
        {
            frame.Slots[definition.CallerSlot] = caller.IsMissing || caller.IsNone ? UndefinedObject.Because("No caller defined") : caller;
        }
        else if (!caller.IsMissing && explicitCaller >= 0)
        {
            frame.Slots[definition.Parameters[explicitCaller].Slot] = caller;
        }
        else if (!caller.IsMissing)
        {
            if (keywords is null)
            {
                throw new JinjaFault($"macro '{definition.Name}' takes no caller");
            }

            keywords.Entries[JinjaValue.FromString("caller")] = caller;
        }

        if (keywords is not null)
        {
            frame.Slots[definition.KeywordsSlot] = new JinjaValue(keywords);
        }

        if (definition.MoreSlot >= 0)
        {
            frame.Slots[definition.MoreSlot] = positional.Length > definition.Parameters.Length
                ? new JinjaValue(new TupleObject(positional[definition.Parameters.Length..].ToArray()))
                : TupleObject.Empty;
        }
        else if (positional.Length > definition.Parameters.Length)
        {
            throw new JinjaFault($"macro '{definition.Name}' takes not more than {definition.Parameters.Length} argument(s)");
        }
    }

    private void SetDefaults(Frame frame)
    {
        int firstDefault = definition.Parameters.Length - definition.Defaults.Length;
        for (int i = 0; i < definition.Parameters.Length; i++)
        {
            NameTarget parameter = definition.Parameters[i];
            if (frame.Slots[parameter.Slot].IsMissing)
            {
                parameter.Assign(frame, i < firstDefault
                    ? UndefinedObject.Because($"parameter '{parameter.Name}' was not provided")
                    : definition.Defaults[i - firstDefault].Evaluate(frame));
            }
        }
    }
}
