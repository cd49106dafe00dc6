using Microsoft.Extensions.AI;

namespace LocalInference;

/// <summary>One answer that takes several rounds: which calls are made, and when it is over.</summary>
internal sealed class ToolLoop
{
    private readonly ToolInvokingOptions _settings;
    private readonly ChatOptions? _options;
    private readonly ToolInvoker _invoker;
    private readonly Dictionary<string, AITool> _tools = new(StringComparer.Ordinal);
    private readonly List<ChatMessage> _messages;
    private FunctionCallContent[] _calls = [];
    private int _iteration;
    private int _errors;

    public ToolLoop(ToolInvokingOptions settings, IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        _settings = settings;
        _options = options;
        _messages = [.. messages];
        _invoker = new ToolInvoker(settings);
        foreach (AITool tool in settings.AdditionalTools.Concat(options?.Tools ?? []))
        {
            _tools[tool.Name] = tool;
        }
    }

    /// <summary>The conversation so far.</summary>
    public IReadOnlyList<ChatMessage> Messages => _messages;

    public bool IsOver { get; private set; }

    /// <summary>Whether calls may become questions to the caller, so that none is to be shown before its answer was received.</summary>
    public bool MayAsk => _settings.Approve is null && _tools.Values.Any(static tool => tool.GetService<ApprovalRequiredAIFunction>() is not null);

    /// <summary>Whether the calls of the answer that was received last are questions to the caller.</summary>
    public bool Asks { get; private set; }

    /// <summary>The options of the next round: after the first a call is no longer required, and the last one has no functions.</summary>
    public ChatOptions? NextOptions()
    {
        _iteration++;
        if (_options is null)
        {
            return null;
        }

        ChatOptions options = _options.Clone();
        if (_iteration > 1 && options.ToolMode is RequiredChatToolMode)
        {
            options.ToolMode = null;
        }

        if (_iteration == _settings.MaximumIterations && _iteration > 1)
        {
            options.Tools = null;
            options.ToolMode = null;
        }

        return options;
    }

    /// <summary>Makes the calls that the caller has approved since the last answer, and takes the questions out of the conversation.</summary>
    /// <returns>What that adds to the conversation; <see langword="null"/>: nothing was asked.</returns>
    public async ValueTask<IReadOnlyList<ChatMessage>?> ResumeAsync(CancellationToken cancellationToken)
    {
        ToolApprovalResponseContent[] answers = [.. _messages.SelectMany(static message => message.Contents).OfType<ToolApprovalResponseContent>()];
        if (answers.Length == 0)
        {
            return null;
        }

        RemoveApprovals();
        var known = _messages.SelectMany(static message => message.Contents).OfType<FunctionResultContent>().Select(static result => result.CallId).ToHashSet(StringComparer.Ordinal);
        ToolApprovalResponseContent[] open = [.. answers.Where(answer => answer.ToolCall is FunctionCallContent call && known.Add(call.CallId))];
        if (open.Length == 0)
        {
            return null;
        }

        FunctionCallContent[] calls = [.. open.Select(static answer => (FunctionCallContent)answer.ToolCall)];
        var asked = new ChatMessage(ChatRole.Assistant, [.. calls]) { MessageId = NewId() };
        _messages.Add(asked);
        var reasons = open.Where(static answer => !answer.Approved).ToDictionary(
            static answer => ((FunctionCallContent)answer.ToolCall).CallId,
            static answer => string.IsNullOrEmpty(answer.Reason) ? "The user did not allow this call." : $"The user did not allow this call: {answer.Reason}",
            StringComparer.Ordinal);
        ChatMessage results = await InvokeAsync(calls, reasons, cancellationToken).ConfigureAwait(false);
        return [asked, results];
    }

    /// <summary>Looks at an answer: it may be the last one, and its calls may have to be asked about.</summary>
    public void Receive(IList<ChatMessage> answer)
    {
        _calls = [.. answer.SelectMany(static message => message.Contents).OfType<FunctionCallContent>().Where(static call => !call.InformationalOnly)];
        _messages.AddRange(answer);
        if (_calls.Length == 0 || _iteration >= _settings.MaximumIterations || _calls.Any(IsDeclaredOnly))
        {
            IsOver = true;
        }
        else if (_settings.Approve is null && _calls.Any(NeedsApproval))
        {
            IsOver = true;
            Asks = true;
            foreach (ChatMessage message in answer)
            {
                AskForApproval(message.Contents);
            }
        }
    }

    /// <summary>Makes the calls of the answer that was received, unless it was the last one.</summary>
    /// <returns>Their results.</returns>
    public ValueTask<ChatMessage> InvokeAsync(CancellationToken cancellationToken) => InvokeAsync(_calls, denied: null, cancellationToken);

    /// <summary>Puts the questions in the place of calls.</summary>
    public static void AskForApproval(IList<AIContent> contents)
    {
        // All calls of the round are asked about: one that is made now could not be undone when another is refused.
        for (int i = 0; i < contents.Count; i++)
        {
            if (contents[i] is FunctionCallContent { InformationalOnly: false } call)
            {
                contents[i] = new ToolApprovalRequestContent(call.CallId, call);
            }
        }
    }

    /// <summary>Whether it is a call that somebody has to make.</summary>
    public static bool IsCall(AIContent content) => content is FunctionCallContent { InformationalOnly: false };

    private async ValueTask<ChatMessage> InvokeAsync(FunctionCallContent[] calls, Dictionary<string, string>? denied, CancellationToken cancellationToken)
    {
        var history = _messages.ToArray();
        Task<ToolOutcome>[] running = new Task<ToolOutcome>[calls.Length];
        for (int i = 0; i < calls.Length; i++)
        {
            running[i] = denied is not null && denied.TryGetValue(calls[i].CallId, out string? reason)
                ? Task.FromResult(ToolOutcome.Told(calls[i], reason))
                : _invoker.InvokeAsync(calls[i], _tools.GetValueOrDefault(calls[i].Name), history, Math.Max(_iteration, 1), cancellationToken);
            if (!_settings.AllowParallelCalls)
            {
                await running[i].ConfigureAwait(false);
            }
        }

        ToolOutcome[] outcomes = await Task.WhenAll(running).ConfigureAwait(false);
        IsOver |= outcomes.Any(static outcome => outcome.Ends);
        _errors = outcomes.All(static outcome => outcome.Result?.Exception is not null) ? _errors + 1 : 0;
        if (_errors > _settings.MaximumConsecutiveErrors)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(outcomes[^1].Result!.Exception!);
        }

        var results = new ChatMessage(ChatRole.Tool, [.. outcomes.Select(static outcome => outcome.Result).OfType<FunctionResultContent>()]) { MessageId = NewId() };
        _messages.Add(results);
        return results;
    }

    private bool IsDeclaredOnly(FunctionCallContent call) =>
        _tools.TryGetValue(call.Name, out AITool? tool) && tool.GetService<AIFunction>() is null;

    private bool NeedsApproval(FunctionCallContent call) =>
        _tools.TryGetValue(call.Name, out AITool? tool) && tool.GetService<ApprovalRequiredAIFunction>() is not null;

    private void RemoveApprovals()
    {
        for (int i = _messages.Count - 1; i >= 0; i--)
        {
            ChatMessage message = _messages[i];
            AIContent[] others = [.. message.Contents.Where(static content => content is not (ToolApprovalRequestContent or ToolApprovalResponseContent))];
            if (others.Length == message.Contents.Count)
            {
                continue;
            }

            // The caller's messages stay as they are.
            _messages.RemoveAt(i);
            if (others.Length > 0)
            {
                ChatMessage rest = message.Clone();
                rest.Contents = [.. others];
                _messages.Insert(i, rest);
            }
        }
    }

    private static string NewId() => $"msg-{Guid.NewGuid():N}";
}
