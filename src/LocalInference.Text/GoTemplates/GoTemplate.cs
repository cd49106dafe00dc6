namespace LocalInference.Text.GoTemplates;

/// <summary>
/// A <c>TEMPLATE</c> of a Modelfile: Go's text/template language over Ollama's fields. Parsed once, renders many times, safe for
/// concurrent use. Arithmetic of loops, white space, printing and truth are Go's; the fields are those of <see cref="GoPrompt"/>.
/// </summary>
internal sealed class GoTemplate
{
    private readonly GoSource _source;
    private readonly GoTree _tree;

    private GoTemplate(GoSource source, GoTree tree)
    {
        _source = source;
        _tree = tree;
    }

    /// <exception cref="TemplateException">The source does not parse, or is too long or too deeply nested.</exception>
    public static GoTemplate Parse(string source, string name)
    {
        var text = new GoSource(source, name);
        if (source.Length > GoTemplateLimits.SourceLength)
        {
            throw text.Error(0, $"The template is longer than {GoTemplateLimits.SourceLength} characters", TemplateErrorKind.Limit);
        }

        GoTree tree = new GoParser(text).Parse();

        // A template that knows neither the conversation nor the answer ends where the answer begins.
        return tree.Names.Contains("Messages") || tree.Names.Contains("Response") ? new GoTemplate(text, tree) : new GoTemplate(text, WithResponse(tree, source.Length));
    }

    /// <summary>Whether the template mentions a field.</summary>
    public bool Mentions(string field) => _tree.Names.Contains(field);

    /// <summary>
    /// Renders a prompt: with the suffix if there is one (completion in the middle), else over <c>.Messages</c> if the template
    /// mentions them, else turn by turn with <c>.System</c>, <c>.Prompt</c> and <c>.Response</c>, the last one up to the response.
    /// </summary>
    /// <exception cref="TemplateException">A value does not fit, or a limit is reached.</exception>
    public MarkedText Render(GoPrompt prompt)
    {
        var output = new MarkedTextBuilder();
        if (prompt.Suffix is { Length: > 0 } suffix)
        {
            Renderer(prompt, output).Render(prompt.ToInsertion(suffix));
        }
        else if (Mentions("Messages"))
        {
            Renderer(prompt, output).Render(prompt.ToConversation());
        }
        else
        {
            IReadOnlyList<GoTurn> turns = prompt.ToTurns();
            foreach (GoTurn turn in turns.SkipLast(1))
            {
                Renderer(prompt, output).Render(prompt.ToTurn(turn, isFirst: turn == turns[0]));
            }

            Renderer(prompt, output, _tree.ResponsePosition).Render(prompt.ToTurn(turns[^1], isFirst: turns.Count == 1));
        }

        return output.Build();
    }

    private static GoTree WithResponse(GoTree tree, int end)
    {
        var response = new GoPipeline(end, [], Assigns: false, [new GoCommand(end, [new GoFields(end, new GoDot(end), ["Response"])])]);
        return tree with { Root = [.. tree.Root, new GoAction(end, response)], ResponsePosition = end };
    }

    private GoRenderer Renderer(GoPrompt prompt, MarkedTextBuilder output, int lastPosition = int.MaxValue) =>
        new(_source, _tree, prompt.Now, output) { LastPosition = lastPosition };
}
