using System.Text.Json;

namespace LocalInference.Text;

/// <summary>
/// Finds out what a Jinja template expresses, and in which form it wants it, by rendering small conversations with words that
/// occur nowhere else and looking where they come out. A probe that the template refuses or fails on counts as "no".
/// </summary>
internal sealed class ChatTemplateProbe(JinjaTemplate template, string source, ChatTemplateOptions options)
{
    private const string Asked = "qzAsked";
    private const string Instructed = "qzInstructed";
    private const string Reminded = "qzReminded";
    private const string Answered = "qzAnswered";
    private const string Thought = "qzThought";
    private const string Called = "qzCalled";
    private const string AlsoCalled = "qzAlsoCalled";
    private const string Key = "qzKey";
    private const string Value = "qzValue";
    private const string Written = "qzWritten";

    // Real ones are done within a millisecond; a probe must not hold up the load of a hostile one.
    private static readonly JinjaRenderOptions s_options = new()
    {
        Now = DateTimeOffset.UnixEpoch,
        Limits = new JinjaLimits { MaxSteps = 200_000, MaxOutputLength = 1 << 20, MaxDuration = TimeSpan.FromSeconds(1) },
    };

    private static readonly ChatMessage s_user = new() { Role = "user", Content = Asked };
    private static readonly ChatMessage s_answer = new() { Role = "assistant", Content = Answered };
    private static readonly ChatTool s_tool = new(Called, "Writes", ParametersOf(Key));

    private TemplateForms _forms = TemplateForms.Default;

    public (TemplateForms Forms, ChatTemplateCapabilities Capabilities) Run()
    {
        _forms = _forms with { FunctionsText = template.VariableNames.Contains("functions", StringComparer.Ordinal) };
        _forms = _forms with { OmitsNoTools = Render([s_user]) is null && Render(Request([s_user]), _forms with { OmitsNoTools = true }) is not null };
        bool parts = FindContentForm();
        bool system = FindSystemForm();
        bool calls = FindCallForm();
        bool thoughts = FindReasoningForm();
        bool isSwitched = FindThinkingVariable();
        bool opens = OpensThinking();
        ChatTemplateCapabilities capabilities = new()
        {
            SystemRole = system,
            Tools = Shows(new ChatPromptRequest { Messages = [s_user], Tools = [s_tool] }, Called),
            ToolCalls = calls,
            ParallelToolCalls = calls && Shows(Request([s_user, Calls(Called, AlsoCalled), Result("call_qz_001"), Result("call_qz_002")]), Called, AlsoCalled),
            Thinking = thoughts || isSwitched || opens,
            ThinkingSwitch = isSwitched,
            OpensThinking = opens,
            ReasoningEffort = Render(Request([s_user]) with { ReasoningEffort = "low" }) != Render(Request([s_user]) with { ReasoningEffort = "high" }),
            ContentParts = parts,
            Vision = parts && (ShowsPart("image") || ShowsPart("image_url")),
            Documents = Shows(Request([s_user]) with { Documents = [new ChatDocument("Title", Written)] }, Written),
        };
        return (_forms, capabilities);
    }

    private bool FindContentForm()
    {
        string? asText = Render([s_user]);
        _forms = _forms with { PartContent = true };
        string? asParts = Render([new ChatMessage { Role = "user", Parts = [new ChatContentPart("text", Asked)] }]);
        bool text = asText?.Contains(Asked, StringComparison.Ordinal) == true;

        // A template that knows only texts prints the list that it is given.
        bool parts = asParts?.Contains(Asked, StringComparison.Ordinal) == true
            && (asParts == asText || !(asParts.Contains("'text'", StringComparison.Ordinal) || asParts.Contains("\"text\"", StringComparison.Ordinal)));
        _forms = _forms with { StringContent = text || !parts, PartContent = parts };
        return parts;
    }

    // A template that takes several messages but shows the last one only would lose the others.
    private bool FindSystemForm()
    {
        var first = new ChatMessage { Role = "system", Content = Instructed };
        bool system = Shows(Request([first, s_user]), Instructed);
        bool later = system && Shows(Request([first, s_user, s_answer, first with { Content = Reminded }, s_user]), Instructed, Reminded);
        _forms = _forms with { SystemRole = system, LaterSystem = later, DeveloperRole = source.Contains("developer", StringComparison.Ordinal) };

        // The word may stand there for something else.
        _forms = _forms with { DeveloperRole = _forms.DeveloperRole && Shows(Request([first with { Role = "developer" }, s_user]), Instructed) };
        return system;
    }

    private bool FindCallForm()
    {
        foreach (bool shortIds in new[] { false, true })
        {
            foreach (bool none in new[] { false, true })
            {
                foreach (bool objects in new[] { true, false })
                {
                    TemplateForms forms = _forms with { ShortIds = shortIds, NoneContent = none, ObjectArguments = objects };
                    if (IsCallForm(forms))
                    {
                        _forms = forms;
                        return true;
                    }
                }
            }
        }

        return false;
    }

    // An object that is printed as it is shows Python's quotes; JSON text written as JSON again shows escaped ones.
    private bool IsCallForm(TemplateForms forms)
    {
        string? text = Render(Request([s_user, Calls(Called), Result("call_qz_001")]) with { Tools = [s_tool] }, forms);
        return text is not null
            && text.LastIndexOf(Value, StringComparison.Ordinal) is >= 0 and var place
            && text.LastIndexOf(Called, place, StringComparison.Ordinal) >= 0
            && !text.Contains($"'{Key}'", StringComparison.Ordinal)
            && !text.Contains($"\\\"{Key}", StringComparison.Ordinal);
    }

    private bool FindReasoningForm()
    {
        foreach (string key in new[] { "reasoning_content", "reasoning", "thinking", "thought" })
        {
            if (IsReasoningForm(_forms with { ReasoningKey = key }))
            {
                return true;
            }
        }

        return _forms.PartContent && IsReasoningForm(_forms with { ThinkingParts = true });
    }

    // Many templates show thoughts only behind the last question, some only with calls.
    private bool IsReasoningForm(TemplateForms forms)
    {
        bool isShown = IsShown([s_user, s_answer with { ReasoningContent = Thought }])
            || IsShown([s_user, Calls(Called) with { ReasoningContent = Thought }, Result("call_qz_001")]);
        if (isShown)
        {
            _forms = forms;
        }

        return isShown;

        bool IsShown(ChatMessage[] messages) =>
            Render(Request(messages) with { Tools = [s_tool] }, forms) is { } text && text.Contains(Thought, StringComparison.Ordinal) && !text.Contains("'thinking'", StringComparison.Ordinal);
    }

    private bool FindThinkingVariable()
    {
        foreach (ThinkingVariable variable in ThinkingVariable.Known)
        {
            TemplateForms forms = _forms with { ThinkingVariable = variable };
            string? on = Render(Request([s_user]) with { EnableThinking = true }, forms);
            string? off = Render(Request([s_user]) with { EnableThinking = false }, forms);
            if (on is not null && off is not null && on != off)
            {
                _forms = forms;
                return true;
            }
        }

        return false;
    }

    private bool OpensThinking() => IsOpen(Render([s_user])) || IsOpen(Render(Request([s_user]) with { EnableThinking = true }));

    // The prompt ends with an opening mark: <think>, [THINK], <|START_THINKING|>, <|channel>thought, <|channel|>analysis<|message|>.
    private static bool IsOpen(string? prompt)
    {
        if (prompt is null)
        {
            return false;
        }

        string end = prompt.TrimEnd();
        if (end.EndsWith("analysis<|message|>", StringComparison.Ordinal))
        {
            return true;
        }

        string tag = end[Math.Max(0, end.LastIndexOfAny(['<', '['], Math.Max(0, end.Length - 1)))..];
        bool names = tag.Contains("think", StringComparison.OrdinalIgnoreCase) || tag.EndsWith("thought", StringComparison.OrdinalIgnoreCase);
        return names && tag.Length < 40 && tag.Length > 1 && tag[1] != '/'
            && !tag.Contains("end", StringComparison.OrdinalIgnoreCase) && !tag.Contains('\n', StringComparison.Ordinal);
    }

    private bool ShowsPart(string type)
    {
        string? with = Render([new ChatMessage { Role = "user", Parts = [new ChatContentPart("text", Asked), new ChatContentPart(type, Text: null)] }]);
        string? without = Render([new ChatMessage { Role = "user", Parts = [new ChatContentPart("text", Asked)] }]);
        return with is not null && without is not null && with.Length > without.Length && !with.Contains("'type'", StringComparison.Ordinal);
    }

    private bool Shows(ChatPromptRequest request, params string[] words) =>
        Render(request) is { } text && words.All(word => text.Contains(word, StringComparison.Ordinal));

    private string? Render(IReadOnlyList<ChatMessage> messages) => Render(Request(messages));

    private string? Render(ChatPromptRequest request) => Render(request, _forms);

    private string? Render(ChatPromptRequest request, TemplateForms forms)
    {
        try
        {
            return template.Render(ChatVariables.Of(request, ChatConversation.Adapt(request.Messages, forms), forms, options), s_options);
        }
        catch (TemplateException)
        {
            return null;
        }
    }

    private static ChatPromptRequest Request(IReadOnlyList<ChatMessage> messages) => new() { Messages = messages };

    private static ChatMessage Calls(params string[] names) => new()
    {
        Role = "assistant",
        ToolCalls = [.. names.Select(static (name, i) => new ChatToolCall(name, $$"""{"{{Key}}": "{{Value}}"}""", $"call_qz_00{i + 1}"))],
    };

    private static ChatMessage Result(string id) => new() { Role = "tool", Name = Called, ToolCallId = id, Content = Answered };

    private static JsonElement ParametersOf(string key)
    {
        using JsonDocument document = JsonDocument.Parse($$$"""{"type": "object", "properties": {"{{{key}}}": {"type": "string", "description": "Text"}}, "required": ["{{{key}}}"]}""");
        return document.RootElement.Clone();
    }
}
