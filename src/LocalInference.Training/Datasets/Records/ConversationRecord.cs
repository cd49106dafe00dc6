using LocalInference.Text;

namespace LocalInference.Training;

/// <summary>A conversation to be rendered with the model's chat template.</summary>
/// <param name="Line">Where it is.</param>
/// <param name="Messages">The messages.</param>
/// <param name="Tools">The tools that the assistant had.</param>
/// <param name="Unlearned">Places of assistants' messages that are only read.</param>
internal sealed record ConversationRecord(int Line, IReadOnlyList<ChatMessage> Messages, IReadOnlyList<ChatTool> Tools, IReadOnlySet<int> Unlearned) : DatasetRecord(Line)
{
    public override IEnumerable<string> Texts => [.. Tools.Select(static tool => $"{tool.Name}{tool.Description}{tool.Parameters}"), .. Messages.SelectMany(TextsOf)];

    public override IEnumerable<string> OwnTexts => Messages.Where(static message => message.Role is not ("system" or "developer")).SelectMany(TextsOf);

    /// <summary>Whether the message at a place is learned.</summary>
    public bool IsLearned(int index) => Messages[index].Role == "assistant" && !Unlearned.Contains(index);

    public override DatasetRecord WithTexts(Func<string, string> replace) => this with
    {
        Messages = [.. Messages.Select(message => message with
        {
            Content = message.Content is { } content ? replace(content) : null,
            Parts = message.Parts?.Select(part => part.Text is { } text ? part with { Text = replace(text) } : part).ToArray(),
            ReasoningContent = message.ReasoningContent is { } reasoning ? replace(reasoning) : null,
            ToolCalls = [.. message.ToolCalls.Select(call => call with { Name = replace(call.Name), Arguments = replace(call.Arguments) })],
        })],
        Tools = [.. Tools.Select(tool => tool with
        {
            Name = replace(tool.Name),
            Description = tool.Description is { } description ? replace(description) : null,
            Parameters = tool.Parameters is { } parameters ? JsonTexts.Replace(parameters, replace) : null,
        })],
    };

    private static IEnumerable<string> TextsOf(ChatMessage message) =>
    [
        message.Role,
        message.ReasoningContent ?? "",
        message.Content ?? "",
        .. message.Parts?.Select(static part => part.Text ?? "") ?? [],
        .. message.ToolCalls.SelectMany(static call => new[] { call.Name, call.Arguments }),
    ];
}
