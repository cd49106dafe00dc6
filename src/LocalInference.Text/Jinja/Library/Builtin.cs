namespace LocalInference.Text.Jinja;

/// <summary>A filter, test, method or function of the language.</summary>
internal sealed class Builtin
{
    private static readonly JinjaValue[] s_missing = new JinjaValue[ArgumentBuffer.Capacity];

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

    /// <param name="name">Name of a test without parameters.</param>
    /// <param name="predicate">What it says of a value.</param>
    public Builtin(string name, Predicate<JinjaValue> predicate)
        : this(name, (RenderContext _, JinjaValue self, ReadOnlySpan<JinjaValue> _) => JinjaValue.FromBoolean(predicate(self)), 0) => Predicate = predicate;

    public string Name { get; }

    /// <summary>Whether it changes what it is a method of, which the reference's sandbox does not allow.</summary>
    public bool Mutates { get; init; }

    /// <summary>Whether it gives a text.</summary>
    public bool GivesText { get; init; }

    /// <summary>Of a test without parameters: what it says of a value.</summary>
    public Predicate<JinjaValue>? Predicate { get; }

    /// <summary>Invokes it without arguments.</summary>
    public JinjaValue Invoke(RenderContext context, JinjaValue self)
    {
        Charge(context, self);
        return _body is not null && _required == 0
            ? _body(context, self, s_missing.AsSpan(0, _parameters.Length))
            : Apply(context, self, CallArguments.Empty);
    }

    public JinjaValue Invoke(RenderContext context, JinjaValue self, in CallArguments arguments)
    {
        Charge(context, self);
        return Apply(context, self, arguments);
    }

    /// <summary>Invokes it with positional arguments.</summary>
    public JinjaValue Invoke(RenderContext context, JinjaValue self, params ReadOnlySpan<JinjaValue> arguments) =>
        Invoke(context, self, new CallArguments(arguments, [], default));

    /// <summary>Accounts for one use of it.</summary>
    public static void Charge(RenderContext context, JinjaValue self)
    {
        context.Step();
        if (self.IsString)
        {
            context.ChargeScan(self.Length);
        }
    }

    private JinjaValue Apply(RenderContext context, JinjaValue self, in CallArguments arguments)
    {
        if (_variadic is not null)
        {
            return _variadic(context, self, arguments);
        }

        ArgumentBuffer buffer = default;
        Span<JinjaValue> bound = buffer;
        bound = bound[.._parameters.Length];
        Bind(arguments, bound);
        return _body!(context, self, bound);
    }

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
