using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;

namespace LocalInference.Training;

/// <summary>A question whose answer can be checked.</summary>
/// <param name="Messages">The conversation to answer.</param>
/// <param name="Kind">How the answer is checked.</param>
/// <param name="Expected">The text, or the regular expression; of a schema, its JSON.</param>
public sealed record EvaluationTask(IReadOnlyList<ChatMessage> Messages, EvaluationTaskKind Kind, string Expected)
{
    /// <summary>The most tokens of an answer. Default 256.</summary>
    public int MaxTokens { get; init; } = 256;

    /// <summary>Reads tasks, one JSON object in each line.</summary>
    /// <remarks>
    /// <c>prompt</c>, a text, or <c>messages</c>, each with <c>role</c> and <c>content</c>; and one of <c>answer</c>, what the answer must
    /// be but for spaces around it, <c>pattern</c>, a regular expression that it must match somewhere, and <c>schema</c>, a JSON schema
    /// that it must keep to; and <c>max_tokens</c>.
    /// </remarks>
    /// <param name="path">The file.</param>
    /// <exception cref="Abstractions.TrainingException">A line is no task (<c>dataset_invalid</c>).</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyList<EvaluationTask> ReadAll(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return TaskFile.Read(path);
    }

    /// <summary>Whether an answer is right. One that takes an expression more than a second is not.</summary>
    /// <param name="answer">The model's text.</param>
    public bool IsPassedBy(string answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return Kind switch
        {
            EvaluationTaskKind.Exact => string.Equals(answer.Trim(), Expected.Trim(), StringComparison.Ordinal),
            EvaluationTaskKind.Pattern => Matches(answer),
            _ => KeepsToSchema(answer),
        };
    }

    private bool Matches(string answer)
    {
        try
        {
            return TaskPattern.Of(Expected).IsMatch(answer);
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }

    private bool KeepsToSchema(string answer)
    {
        try
        {
            using JsonDocument schema = JsonDocument.Parse(Expected);
            using JsonDocument value = JsonDocument.Parse(answer);
            return JsonSchemaValidator.Validate(schema.RootElement, value.RootElement).Count == 0;
        }
        catch (Exception e) when (SynthesisJson.IsUnreadable(e))
        {
            return false;
        }
    }
}
