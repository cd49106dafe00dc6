using System.Text.Json;
using System.Text.RegularExpressions;
using LocalInference.Abstractions;
using Microsoft.Extensions.AI;

namespace LocalInference.Training;

/// <summary>Reads files of tasks; see <see cref="EvaluationTask.ReadAll"/>.</summary>
internal static class TaskFile
{
    private const string NextStep = "Give one JSON object in each line, with prompt or messages, and one of answer, pattern and schema.";

    public static IReadOnlyList<EvaluationTask> Read(string path)
    {
        List<EvaluationTask> tasks = [];
        int number = 0;
        foreach (string line in File.ReadLines(path))
        {
            number++;
            if (!string.IsNullOrWhiteSpace(line))
            {
                tasks.Add(Parse(path, number, line));
            }
        }

        return tasks.Count > 0 ? tasks : throw ExceptionFactory.Dataset(path, "it has no tasks", NextStep);
    }

    private static EvaluationTask Parse(string path, int number, string line)
    {
        try
        {
            TaskLine task = JsonSerializer.Deserialize(line, TaskJson.Default.TaskLine)!;
            (EvaluationTaskKind kind, string expected) = Check(task);
            return new EvaluationTask(Messages(task), kind, expected) { MaxTokens = task.MaxTokens ?? 256 };
        }
        catch (Exception e) when (e is JsonException or RegexParseException)
        {
            throw ExceptionFactory.Dataset(path, $"line {number} is no task: {e.Message.TrimEnd('.')}", NextStep, inner: e);
        }
    }

    private static ChatMessage[] Messages(TaskLine task) => (task.Prompt, task.Messages) switch
    {
        ({ } prompt, null) => [new ChatMessage(ChatRole.User, prompt)],
        (null, { Length: > 0 } messages) => [.. messages.Select(static m => new ChatMessage(new ChatRole(m.Role), m.Content))],
        _ => throw new JsonException("it has neither or both of prompt and messages"),
    };

    private static (EvaluationTaskKind Kind, string Expected) Check(TaskLine task)
    {
        (EvaluationTaskKind, string)[] checks =
        [
            .. task.Answer is { } answer ? [(EvaluationTaskKind.Exact, answer)] : Array.Empty<(EvaluationTaskKind, string)>(),
            .. task.Pattern is { } pattern ? [(EvaluationTaskKind.Pattern, TaskPattern.Of(pattern).ToString())] : Array.Empty<(EvaluationTaskKind, string)>(),
            .. task.Schema is { } schema ? [(EvaluationTaskKind.Schema, schema.GetRawText())] : Array.Empty<(EvaluationTaskKind, string)>(),
        ];
        return checks.Length == 1 ? checks[0] : throw new JsonException("it has not exactly one of answer, pattern and schema");
    }
}
