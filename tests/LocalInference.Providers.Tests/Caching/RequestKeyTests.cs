using System.Reflection;
using System.Text.Json;
using LocalInference.Abstractions;
using Microsoft.Extensions.AI;

namespace LocalInference.Providers.Tests;

public sealed class RequestKeyTests
{
    /// <summary>What does not shape an answer. A new property is in the key, or has to be named here.</summary>
    private static readonly HashSet<string> s_ignored = ["GenerationRequest.Priority", "GenerationRequest.KeepAlive", "GenerationRequest.ReportPromptProgress", "GenerationRequest.ReuseAnswers"];

    private static readonly ChatInput s_chat = new() { Messages = [new ChatMessage(ChatRole.User, "Hi")] };
    private static readonly GenerationRequest s_request = new() { Input = s_chat };

    [Fact]
    public void Every_property_that_shapes_an_answer_changes_the_key_and_no_two_changes_look_the_same()
    {
        List<(string Name, GenerationRequest Request)> changes =
        [
            .. Changes(s_request, static request => request, nameof(GenerationRequest.Input)),
            .. Changes(SamplingOverrides.None, static sampling => s_request with { Sampling = sampling }),
            .. Changes(s_chat, static chat => s_request with { Input = chat }, nameof(ChatInput.Messages)),
            .. Changes(ReasoningSettings.Default, static reasoning => s_request with { Input = s_chat with { Reasoning = reasoning } }),
            .. Changes(new PromptInput { Text = "Hi" }, static prompt => s_request with { Input = prompt }),
            ("tokens", s_request with { Input = new TokenInput(new[] { 1, 2 }) }),
            ("choice", s_request with { Output = new ChoiceOutput(["a", "b"]) }),
            ("regex", s_request with { Output = new RegexOutput("a") }),
            ("grammar", s_request with { Output = new GrammarOutput("a") }),
            ("schema", s_request with { Output = new JsonSchemaOutput(Json("{}")) }),
            ("strict schema", s_request with { Output = new JsonSchemaOutput(Json("{}")) { Strict = true } }),
            .. Messages(),
        ];
        AnswerKey plain = Key(s_request);

        Assert.All(changes, change => Assert.True(Key(change.Request) == plain == s_ignored.Contains(change.Name), change.Name));
        AnswerKey[] keys = [.. changes.Where(static change => !s_ignored.Contains(change.Name)).Select(static change => Key(change.Request))];
        Assert.Equal(keys.Length, keys.Distinct().Count());
    }

    [Fact]
    public void Requests_that_are_equal_have_one_key_and_callers_share_only_if_they_shall()
    {
        GenerationRequest ann = TestProviders.Chat("Hi") with { Caller = "ann" };
        GenerationRequest bob = TestProviders.Chat("Hi") with { Caller = "bob" };

        Assert.Equal(Key(ann), Key(TestProviders.Chat("Hi") with { Caller = "ann" }));
        Assert.NotEqual(Key(ann), Key(bob));
        Assert.Equal(RequestKey.Exact(ann, isShared: true), RequestKey.Exact(bob, isShared: true));
    }

    [Fact]
    public void The_key_without_the_question_differs_by_all_but_its_text()
    {
        Assert.Equal(Without(TestProviders.Chat("Hi")), Without(TestProviders.Chat("Ho")));
        Assert.NotEqual(Without(TestProviders.Chat("Hi")), Without(TestProviders.Chat("Hi") with { MaxTokens = 5 }));
        Assert.NotEqual(Without(TestProviders.Chat("Hi")), Without(TestProviders.Chat(new ChatMessage(ChatRole.System, "S"), new ChatMessage(ChatRole.User, "Hi"))));
        Assert.NotEqual(Without(TestProviders.Chat("")), RequestKey.Exact(TestProviders.Chat(""), isShared: false));
    }

    [Fact]
    public void What_cannot_be_compared_has_no_key()
    {
        Assert.Null(RequestKey.Exact(TestProviders.Chat(new ChatMessage(ChatRole.User, [new UriContent("https://a/b.png", "image/png")])), isShared: false));
        Assert.Null(RequestKey.Exact(TestProviders.Chat(new ChatMessage(ChatRole.Tool, [new FunctionResultContent("id", new object())])), isShared: false));
        Assert.NotNull(RequestKey.Exact(TestProviders.Chat("Hi"), isShared: false));
    }

    private static IEnumerable<(string Name, GenerationRequest Request)> Messages()
    {
        ChatMessage[] messages =
        [
            new(ChatRole.User, "Ho"),
            new(ChatRole.System, "Hi"),
            new(ChatRole.User, "Hi") { AuthorName = "ann" },
            new(ChatRole.User, "Hi") { AdditionalProperties = new() { ["cache"] = true } },
            new(ChatRole.User, [new TextContent("H"), new TextContent("i")]),
            new(ChatRole.User, [new TextReasoningContent("Hi")]),
            new(ChatRole.User, [new TextReasoningContent("Hi") { ProtectedData = "p" }]),
            new(ChatRole.User, [new DataContent(new byte[] { 1 }, "image/png")]),
            new(ChatRole.User, [new DataContent(new byte[] { 2 }, "image/png")]),
            new(ChatRole.User, [new FunctionCallContent("id", "f", new Dictionary<string, object?>(StringComparer.Ordinal) { ["a"] = 1 })]),
            new(ChatRole.User, [new FunctionCallContent("id", "f", new Dictionary<string, object?>(StringComparer.Ordinal) { ["a"] = "1" })]),
            new(ChatRole.User, [new FunctionCallContent("id", "f", new Dictionary<string, object?>(StringComparer.Ordinal) { ["a"] = null })]),
            new(ChatRole.User, [new FunctionResultContent("id", Json("{\"a\":1}"))]),
            new(ChatRole.User, [new FunctionResultContent("id", Json("{\"a\":1}")) { Exception = new InvalidOperationException("no") }]),
        ];
        return messages.Select(static (message, index) => ($"message {index}", TestProviders.Chat(message)));
    }

    // A copy for each property, with another value in it.
    private static IEnumerable<(string Name, GenerationRequest Request)> Changes<T>(T value, Func<T, GenerationRequest> request, params string[] without)
        where T : class
    {
        MethodInfo clone = typeof(T).GetMethod("<Clone>$")!;
        foreach (PropertyInfo property in typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite && !without.Contains(property.Name, StringComparer.Ordinal)))
        {
            var copy = (T)clone.Invoke(value, null)!;
            property.SetValue(copy, Other(property.PropertyType, property.GetValue(copy)));
            yield return ($"{typeof(T).Name}.{property.Name}", request(copy));
        }
    }

    private static object Other(Type type, object? present)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type switch
        {
            _ when type == typeof(bool) => present is not true,
            _ when type == typeof(int) => 7,
            _ when type == typeof(uint) => 7u,
            _ when type == typeof(float) => 0.7f,
            _ when type == typeof(string) => "other",
            _ when type == typeof(TimeSpan) => TimeSpan.FromSeconds(7),
            _ when type.IsEnum => Enum.GetValues(type).Cast<object>().First(value => !value.Equals(present)),
            _ when type == typeof(ReadOnlyMemory<int>) => new ReadOnlyMemory<int>([7]),
            _ when type == typeof(IReadOnlyList<string>) => new[] { "other" },
            _ when type == typeof(IReadOnlyList<AdapterSelection>) => new[] { new AdapterSelection("a", 0.5f) },
            _ when type == typeof(IReadOnlyDictionary<int, float>) => new Dictionary<int, float> { [3] = 1 },
            _ when type == typeof(IReadOnlyList<AIFunctionDeclaration>) => new[] { AIFunctionFactory.CreateDeclaration("f", "d", Json("{}")) },
            _ when type == typeof(IReadOnlyList<GroundingDocument>) => new[] { new GroundingDocument("t", "x") },
            _ when type == typeof(IReadOnlyDictionary<string, JsonElement>) => new Dictionary<string, JsonElement>(StringComparer.Ordinal) { ["v"] = Json("1") },
            _ when type == typeof(PromptTemplate) => new PromptTemplate("t", PromptTemplateLanguage.Go),
            _ when type == typeof(ChatToolMode) => ChatToolMode.RequireAny,
            _ when type == typeof(SamplingOverrides) => SamplingOverrides.Greedy with { TopK = 3 },
            _ when type == typeof(OutputFormat) => new JsonOutput(),
            _ when type == typeof(ReasoningSettings) => new ReasoningSettings { Enabled = false, Effort = "low" },
            _ => throw new NotSupportedException($"Say what another {type} is."),
        };
    }

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;

    private static AnswerKey Key(GenerationRequest request) => RequestKey.Exact(request, isShared: false)!.Value;

    private static AnswerKey Without(GenerationRequest request) => RequestKey.WithoutQuestion(request, isShared: false, ((ChatInput)request.Input).Messages[^1])!.Value;
}
