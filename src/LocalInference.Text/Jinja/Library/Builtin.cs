namespace LocalInference.Text.Jinja;

/// <summary>A filter, test, method or function of the language.</summary>
internal sealed class Builtin
{
    private readonly int _required;
    private readonly string[] _parameters;
    private readonly BuiltinBody? _body;
    private readonly VariadicBody? _variadic;

    /// <param name="name">Its name.</param>
    /// <param name="body">What it does.</param>
    /// <param name="required">How many of its parameters have no default.</param>
    /// <param name="parameters">Their names.</param>
    public Builtin(string name, BuiltinBody body, int required, params string[] parameters)
    {
        Name = name;
        _body = body;
        _required = required;
        _parameters = parameters;
    }

    /// <param name="name">Its name.</param>
    /// <param name="body">What it does.</param>
    public Builtin(string name, VariadicBody body)
    {
        Name = name;
        _variadic = body;
        _parameters = [];
    }

    public string Name { get; }

    /// <summary>Whether it changes what it is a method of, which the reference's sandbox does not allow.</summary>
    public bool Mutates { get; init; }

    /// <summary>Whether it gives a text.</summary>
    public bool GivesText { get; init; }

    public JinjaValue Invoke(RenderContext context, in JinjaValue self, in CallArguments arguments)
    {
        context.Step();
        if (_variadic is not null)
        {
            return _variadic(context, self, arguments);
        }

        if (_parameters.Length == 0 && arguments.Positional.IsEmpty && arguments.Names.Length == 0)
        {
            return _body!(context, self, default);
        }

        ArgumentBuffer buffer = default;
        Span<JinjaValue> bound = buffer;
        bound = bound[.._parameters.Length];
        Bind(arguments, bound);
        return _body!(context, self, bound);
    }

    /// <summary>Invokes it with positional arguments.</summary>
    public JinjaValue Invoke(RenderContext context, in JinjaValue self, params ReadOnlySpan<JinjaValue> arguments) =>
        Invoke(context, self, new CallArguments(arguments, [], default));

    private void Bind(in CallArguments arguments, Span<JinjaValue> bound)
    {
        if (arguments.Positional.Length > bound.Length)
        {
            throw new JinjaFault($"{Name} takes at most {bound.Length} arguments ({arguments.Positional.Length} given)");
        }

        arguments.Positional.CopyTo(bound);
        for (int i = 0; i < arguments.Names.Length; i++)
        {
            int index = Array.IndexOf(_parameters, arguments.Names[i]);
            if (index < 0)
            {
                throw new JinjaFault($"{Name} has no parameter '{arguments.Names[i]}'");
            }

            if (index < arguments.Positional.Length)
            {
                throw new JinjaFault($"{Name} got two values for its parameter '{arguments.Names[i]}'");
            }

            bound[index] = arguments.Named[i];
        }

        for (int i = 0; i < _required; i++)
        {
            if (bound[i].IsMissing)
            {
                throw new JinjaFault($"{Name} needs its argument '{_parameters[i]}'");
            }
        }
    }
}
