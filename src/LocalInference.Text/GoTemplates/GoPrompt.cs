namespace LocalInference.Text.GoTemplates;

/// <summary>
/// What a template is rendered for, as Ollama gives it to one: neighbouring messages of one role are joined by an empty line, all
/// system messages make up <c>.System</c> as well, and the fields have Go's names.
/// </summary>
internal sealed record GoPrompt
{
    public required IReadOnlyList<ChatMessage> Messages { get; init; }

    public IReadOnlyList<ChatTool> Tools { get; init; } = [];

    /// <summary>What follows the place to write at; <see langword="null"/>: nothing does.</summary>
    public string? Suffix { get; init; }

    /// <summary>Whether to think; <see langword="null"/>: not said.</summary>
    public bool? Think { get; init; }

    /// <summary>How much to think, such as <c>high</c>; <see langword="null"/>: not said.</summary>
    public string? ThinkLevel { get; init; }

    public required DateTimeOffset Now { get; init; }

    public GoMap ToInsertion(string suffix)
    {
        GoMap data = Common();
        data.Set("Prompt", GoStrings.Join("\n\n", Messages.Where(static m => m.Role == "user").Select(GoMessages.Text)));
        data.Set("Suffix", GoStrings.Content(suffix));
        data.Set("Response", GoStrings.Template(""));
        return data;
    }

    public GoMap ToConversation()
    {
        GoMap data = Common();
        data.Set("System", GoStrings.Join("\n\n", Messages.Where(static m => m.Role == "system").Select(GoMessages.Text)));
        data.Set("Messages", new GoList([.. GoMessages.Collate(Messages)]));
        data.Set("Tools", GoTools.ToList(Tools));
        data.Set("Response", GoStrings.Template(""));
        return data;
    }

    public GoMap ToTurn(GoTurn turn, bool isFirst)
    {
        GoMap data = Common();
        data.Set("System", turn.System);
        data.Set("Prompt", turn.Prompt);
        data.Set("Response", turn.Response);
        data.Set("First", isFirst);
        return data;
    }

    /// <summary>Rounds of system, user and assistant; at least one.</summary>
    public IReadOnlyList<GoTurn> ToTurns()
    {
        var turns = new List<GoTurn>();
        GoTurn turn = GoTurn.Empty;
        foreach ((string role, MarkedText text) in GoMessages.Join(Messages))
        {
            bool begins = role == "system" ? turn.Prompt.Text.Length > 0 || turn.Response.Text.Length > 0 : role == "user" && turn.Response.Text.Length > 0;
            if (begins)
            {
                turns.Add(turn);
                turn = GoTurn.Empty;
            }

            turn = role switch
            {
                "system" => turn with { System = text },
                "user" => turn with { Prompt = text },
                "assistant" => turn with { Response = text },
                _ => turn,
            };
        }

        turns.Add(turn);
        return turns;
    }

    private GoMap Common() => new()
    {
        ["Think"] = Think ?? ThinkLevel is not null,
        ["ThinkLevel"] = GoStrings.Template(ThinkLevel ?? ""),
        ["IsThinkSet"] = Think is not null || ThinkLevel is not null,
    };
}
