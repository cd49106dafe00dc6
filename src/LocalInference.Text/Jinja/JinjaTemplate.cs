using LocalInference.Text.Jinja;

namespace LocalInference.Text;

/// <summary>
/// A Jinja template, parsed once and rendered any number of times, by any number of threads at once. The language is that of
/// jinja2 3.1 in the environment that Hugging Face's transformers renders chat templates in: an immutable sandbox with
/// <c>trim_blocks</c>, <c>lstrip_blocks</c>, loop controls and <c>generation</c> blocks, without autoescaping, and with
/// <c>raise_exception</c>, <c>strftime_now</c> and a <c>tojson</c> that escapes no HTML. It reads and writes nothing but its
/// variables and its output.
/// </summary>
public sealed class JinjaTemplate
{
    private readonly string _source;
    private readonly JinjaLimits _limits;
    private readonly Statement[] _body;
    private readonly FunctionScope _function;
    private readonly ScopeEntry _entry;
    private readonly string[] _globalNames;
    private readonly JinjaValue[] _globalDefaults;
    private RenderContext? _idle;

    // Prompts of one conversation resemble each other in length, so the next one seldom needs its buffer enlarged.
    private int _lastLength;

    private JinjaTemplate(string name, string source, JinjaLimits limits)
    {
        Name = name;
        _source = source;
        _limits = limits;
        _body = new TemplateParser(new Lexer(source, limits.MaxNesting).Run(), limits).Parse();
        Binder binder = new();
        (_function, _entry) = binder.BindTemplate(_body);
        _globalNames = binder.GlobalNames;
        _globalDefaults = Array.ConvertAll(_globalNames, Globals.Find);
    }

    /// <summary>The name that errors show.</summary>
    public string Name { get; }

    /// <summary>The names of the variables that the template may ask for, besides the language's own functions.</summary>
    public IEnumerable<string> VariableNames => _globalNames.Where((_, index) => _globalDefaults[index].IsMissing);

    /// <summary>Parses a template.</summary>
    /// <param name="source">The template's text. One line break at its end is dropped, as the reference does.</param>
    /// <param name="name">The name that errors show. Default: <c>template</c>.</param>
    /// <param name="limits">What it may use at most; <see langword="null"/>: <see cref="JinjaLimits.Default"/>.</param>
    /// <returns>The template.</returns>
    /// <exception cref="TemplateException">It does not parse (kind Syntax) or is too large or too deeply nested (kind Limit).</exception>
    public static JinjaTemplate Parse(string source, string name = "template", JinjaLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(name);
        limits ??= JinjaLimits.Default;
        if (source.Length > limits.MaxSourceLength)
        {
            throw new TemplateException($"The template is longer than {limits.MaxSourceLength} characters", name, 0, 0, TemplateErrorKind.Limit);
        }

        source = SourceText.Normalize(source);
        try
        {
            return new JinjaTemplate(name, source, limits);
        }
        catch (SyntaxFault fault)
        {
            (int line, int column) = SourceText.Locate(source, fault.Offset);
            throw new TemplateException(fault.Message, name, line, column, fault.Kind, fault);
        }
        catch (JinjaFault fault)
        {
            throw new TemplateException(fault.Message, name, 0, 0, fault.Kind, fault);
        }
    }

    /// <summary>Renders the template.</summary>
    /// <param name="variables">The variables by name. They hide the language's functions of the same name.</param>
    /// <param name="options">Clock, limits and the like; <see langword="null"/>: <see cref="JinjaRenderOptions.Default"/>.</param>
    /// <returns>The output.</returns>
    /// <exception cref="TemplateException">It failed (kind Runtime), refused by <c>raise_exception</c> (Refused), or reached a limit (Limit).</exception>
    /// <exception cref="OperationCanceledException">The options' token was cancelled.</exception>
    public string Render(IReadOnlyDictionary<string, JinjaValue> variables, JinjaRenderOptions? options = null) =>
        Render(variables, options, tracks: false, static output => output.Span.ToString());

    /// <summary>
    /// Renders the template and tells which parts of the output came from content, through whatever filters, slices and variables
    /// they went; all else is the template's.
    /// </summary>
    /// <param name="variables">The variables by name. They hide the language's functions of the same name.</param>
    /// <param name="options">Clock, limits and the like; <see langword="null"/>: <see cref="JinjaRenderOptions.Default"/>.</param>
    /// <returns>The output and its parts.</returns>
    /// <exception cref="TemplateException">It failed (kind Runtime), refused by <c>raise_exception</c> (Refused), or reached a limit (Limit).</exception>
    /// <exception cref="OperationCanceledException">The options' token was cancelled.</exception>
    public MarkedText RenderMarked(IReadOnlyDictionary<string, JinjaValue> variables, JinjaRenderOptions? options = null) =>
        Render(variables, options, tracks: true, static output => output.ToMarkedText());

    private T Render<T>(IReadOnlyDictionary<string, JinjaValue> variables, JinjaRenderOptions? options, bool tracks, Func<TextBuffer, T> result)
    {
        ArgumentNullException.ThrowIfNull(variables);
        options ??= JinjaRenderOptions.Default;
        RenderContext context = Interlocked.Exchange(ref _idle, null) ?? new RenderContext { Globals = new JinjaValue[_globalNames.Length] };
        RenderContext? outer = RenderContext.Current;
        try
        {
            RenderContext.Current = context;
            context.Begin(options, options.Limits ?? _limits, tracks, Volatile.Read(ref _lastLength));
            for (int i = 0; i < _globalNames.Length; i++)
            {
                context.Globals[i] = variables.TryGetValue(_globalNames[i], out JinjaValue value) ? value : _globalDefaults[i];
            }

            Frame frame = context.EnterRoot(_function.SlotCount);
            _entry.Enter(frame);
            Statement.Execute(_body, frame, context.Output);
            T rendered = result(context.Output);
            Volatile.Write(ref _lastLength, context.Output.Length);
            context.End();
            Volatile.Write(ref _idle, context);
            return rendered;
        }
        catch (JinjaFault fault)
        {
            (int line, int column) = context.At >= 0 ? SourceText.Locate(_source, context.At) : (0, 0);
            throw new TemplateException(fault.Message, Name, line, column, fault.Kind, fault);
        }
        finally
        {
            RenderContext.Current = outer;
        }
    }
}
