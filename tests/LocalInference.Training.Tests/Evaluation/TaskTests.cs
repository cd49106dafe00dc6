using System.Runtime.CompilerServices;
using LocalInference.Abstractions;

namespace LocalInference.Training.Tests.Evaluation;

/// <summary>Questions, their files, and what counts as right.</summary>
public sealed class TaskTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task Answers_are_checked_as_the_tasks_say()
    {
        File.WriteAllText(_file, """
            {"prompt": "two and two", "answer": "4"}

            {"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "a year"}], "pattern": "\\b\\d{4}\\b", "max_tokens": 9}
            {"prompt": "json", "schema": {"type": "object", "required": ["a"]}}
            {"prompt": "json", "schema": {"type": "object", "required": ["b"]}}
            """);
        Scripted model = new(" 4\n", "It was 1969.", """{"a": 1}""", """{"a": 1}""");

        TaskScore score = await TaskEvaluator.ScoreAsync(model, EvaluationTask.ReadAll(_file));

        Assert.Equal((3, 4), (score.Passed, score.Total));
        Assert.Equal([true, true, true, false], score.Answers.Select(static a => a.IsRight));
        Assert.Equal([256, 9, 256, 256], model.Requests.Select(static r => r.MaxTokens!.Value));
        Assert.All(model.Requests, static r => Assert.True(r.Sampling.Temperature is 0));
        Assert.Equal(2, ((ChatInput)model.Requests[1].Input).Messages.Count);
    }

    [Theory]
    [InlineData(EvaluationTaskKind.Exact, "yes", "yes.", false)]
    [InlineData(EvaluationTaskKind.Exact, "yes ", "\nyes", true)]
    [InlineData(EvaluationTaskKind.Pattern, "^y", "no, yes", false)]
    [InlineData(EvaluationTaskKind.Schema, """{"type":"integer"}""", "seven", false)]
    [InlineData(EvaluationTaskKind.Schema, """{"type":"integer"}""", "7", true)]
    [InlineData(EvaluationTaskKind.Schema, """{"type":"object","properties":{"a":{"type":"string"}}}""", """{"a":"\ud83d"}""", false)]
    [InlineData(EvaluationTaskKind.Pattern, "^(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", false)]
    public void What_is_right(EvaluationTaskKind kind, string expected, string answer, bool isRight) =>
        Assert.Equal(isRight, new EvaluationTask([], kind, expected).IsPassedBy(answer));

    [Theory]
    [InlineData("")]
    [InlineData("no json")]
    [InlineData("""{"prompt": "a"}""")]
    [InlineData("""{"answer": "a"}""")]
    [InlineData("""{"prompt": "a", "messages": [{"role": "user", "content": "a"}], "answer": "b"}""")]
    [InlineData("""{"prompt": "a", "answer": "b", "pattern": "b"}""")]
    [InlineData("""{"prompt": "a", "pattern": "("}""")]
    [InlineData("""{"prompt": "a", "answr": "b"}""")]
    public void Files_that_are_none_are_refused(string text)
    {
        File.WriteAllText(_file, text);

        Assert.Equal("dataset_invalid", Assert.Throws<TrainingException>(() => EvaluationTask.ReadAll(_file)).Code);
    }

    private sealed class Scripted(params string[] answers) : ITextGenerator
    {
        public List<GenerationRequest> Requests { get; } = [];

        public TextGeneratorMetadata Metadata { get; } = new() { ProviderName = "scripted", DefaultModel = "scripted" };

        public async IAsyncEnumerable<GenerationEvent> GenerateAsync(GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            Requests.Add(request);
            await Task.Yield();
            foreach (char character in answers[Requests.Count - 1])
            {
                yield return new TextDelta($"{character}");
            }
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => null;
    }
}
