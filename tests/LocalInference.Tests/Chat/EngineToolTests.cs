using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.TestModels;
using Microsoft.Extensions.AI;

namespace LocalInference.Tests.Chat;

/// <summary>
/// Functions that the engine's own chat client calls and <see cref="ToolInvokingChatClient"/> invokes: the scenarios of
/// Microsoft.Extensions.AI's integration tests that need both. The first answer has to call, and grammar holds it to arguments that a
/// model without sense can write; the second is free.
/// </summary>
[Collection(ModelTests.Name)]
public sealed class EngineToolTests(ModelFixture fixture)
{
    // The schemas of 30 functions are some thousand tokens for so small a vocabulary.
    private static readonly TestModelSpec s_vast = Answers.Roomy with { Name = "tiny-qwen2-vast", ContextLength = 16384 };

    private static readonly string[] s_declared =
    [
        """{"type":"object","properties":{"a":{"type":["string","null"]},"b":{"type":"string","maxLength":1},"c":{"type":"number"}},"required":["a"]}""",
        """{"type":"object","properties":{"at":{"type":"string","format":"date-time"},"id":{"type":"string","format":"uuid"},"to":{"type":"string","format":"uri"}}}""",
        """{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{"n":{"type":"integer","default":5,"minimum":1,"maximum":9}},"additionalProperties":{"type":"string"}}""",
        """{"type":"object","properties":{"flags":{"enum":["A","B","A, B"]},"wait":{"type":"string","pattern":"^-?(\\d+\\.)?\\d{2}:\\d{2}:\\d{2}$"}}}""",
        """{"type":"object","properties":{"tree":{"$ref":"#/$defs/node"}},"$defs":{"node":{"type":"object","properties":{"children":{"type":"array","items":{"$ref":"#/$defs/node"}}}}}}""",
        """{"type":"object"}""",
        """{"type":"object","properties":{}}""",
    ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_function_without_parameters(bool streams)
    {
        int calls = 0;
        AIFunction function = AIFunctionFactory.Create(
            () =>
            {
                calls++;
                return "sunny";
            },
            "get_weather");

        ChatResponse response = await Ask(streams, function);

        Assert.Equal(1, calls);
        Assert.Equal("sunny", Result(response));
        Assert.Equal([ChatRole.Assistant, ChatRole.Tool, ChatRole.Assistant], response.Messages.Select(static message => message.Role));
        Assert.Equal(response.Usage!.TotalTokenCount, response.Usage.InputTokenCount + response.Usage.OutputTokenCount);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_function_with_typed_parameters(bool streams)
    {
        (Season Season, int Days, bool IsLoud)? called = null;
        AIFunction function = AIFunctionFactory.Create(
            (Season season, [Range(1, 7)] int days, bool isLoud) =>
            {
                called = (season, days, isLoud);
                return days;
            },
            "plan");

        ChatResponse response = await Ask(streams, function);

        Assert.NotNull(called);
        Assert.True(Enum.IsDefined(called!.Value.Season));
        Assert.InRange(called!.Value.Days, 1, 7);
        Assert.Equal($"{called!.Value.Days}", Result(response));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_function_with_an_optional_parameter(bool streams)
    {
        (Season Season, bool IsLoud)? called = null;
        AIFunction function = AIFunctionFactory.Create(
            (Season season, bool isLoud = true) =>
            {
                called = (season, isLoud);
                return season;
            },
            "choose");

        ChatResponse response = await Ask(streams, function);

        Assert.NotNull(called);
        Assert.True(Enum.IsDefined(called!.Value.Season));
        Assert.Equal(!Call(response).Arguments!.TryGetValue("isLoud", out object? loud) || ((JsonElement)loud!).GetBoolean(), called!.Value.IsLoud);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_function_with_a_nested_record(bool streams)
    {
        Trip? called = null;
        AIFunction function = AIFunctionFactory.Create(
            (Trip trip) =>
            {
                called = trip;
                return trip.To.Season;
            },
            "travel");

        ChatResponse response = await Ask(streams, function);

        Assert.NotNull(called);
        Assert.True(Enum.IsDefined(called.From.Season));
        Assert.Equal(called.To.Season.ToString(), Result(response));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_function_with_a_list(bool streams)
    {
        bool[]? called = null;
        AIFunction function = AIFunctionFactory.Create(
            ([Length(2, 3)] bool[] flags) =>
            {
                called = flags;
                return flags.Length;
            },
            "signal");

        ChatResponse response = await Ask(streams, function);

        Assert.InRange(called!.Length, 2, 3);
        Assert.Equal($"{called.Length}", Result(response));
    }

    [Theory]
    [InlineData("get_weather")]
    [InlineData("get_time")]
    public async Task The_function_that_is_asked_for_by_name_is_called(string name)
    {
        IChatClient client = await Client(Answers.Roomy);
        ChatOptions options = Options(Answers.Weather, Answers.Clock);
        options.ToolMode = ChatToolMode.RequireSpecific(name);

        ChatResponse response = await client.GetResponseAsync("Now?", options);

        Assert.Equal(name, Call(response).Name);
        Assert.Equal(ChatFinishReason.ToolCalls, response.FinishReason);
    }

    [Fact]
    public async Task Two_calls_of_one_answer_are_both_made()
    {
        var called = new ConcurrentQueue<Season>();
        AIFunction function = AIFunctionFactory.Create(
            (Season season) =>
            {
                called.Enqueue(season);
                return season;
            },
            "choose");
        var settings = new ToolInvokingOptions
        {
            Invoke = static (invocation, token) =>
            {
                invocation.Terminate = true;
                return invocation.Function.InvokeAsync(invocation.Arguments, token);
            },
        };
        using ToolInvokingChatClient client = (await Client(Answers.Roomy)).WithToolInvocation(settings);

        // Whether there is a second call is the model's choice, and so a matter of the seed.
        for (int seed = 0; seed < 60; seed++)
        {
            called.Clear();
            ChatOptions options = Options(function);
            (options.AllowMultipleToolCalls, options.Temperature, options.Seed) = (true, 3, seed);
            ChatResponse response = await client.GetResponseAsync("Choose twice!", options);
            FunctionCallContent[] calls = [.. response.Messages[0].Contents.OfType<FunctionCallContent>()];
            if (calls.Length >= 2 && calls.All(static call => call.Exception is null))
            {
                FunctionResultContent[] results = [.. response.Messages[1].Contents.OfType<FunctionResultContent>()];
                Assert.Equal(calls.Length, calls.Select(static call => call.CallId).Distinct(StringComparer.Ordinal).Count());
                Assert.Equal(calls.Select(static call => call.CallId), results.Select(static result => result.CallId), StringComparer.Ordinal);
                Assert.Equal(calls.Select(static call => call.Arguments!["season"]!.ToString()), results.Select(static result => result.Result!.ToString()), StringComparer.Ordinal);
                Assert.Equal(calls.Length, called.Count);
                return;
            }
        }

        Assert.Fail("No answer had two calls.");
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, true)]
    [InlineData(true, false)]
    public async Task Schemas_of_thirty_functions_are_taken_at_once(bool strict, bool hasDeclared)
    {
        IChatClient client = await Client(s_vast);
        List<AITool> tools = [.. Generated(strict)];
        if (hasDeclared)
        {
            tools.AddRange(s_declared.Select(static (schema, i) => Answers.Tool($"declared_{i}", schema)));
        }

        if (!strict)
        {
            tools.Add(Denied(strict: false));
        }

        ChatResponse response = await client.GetResponseAsync("x", new ChatOptions { Tools = tools, MaxOutputTokens = 4, Temperature = 0 });

        Assert.True(response.Usage!.InputTokenCount > 1000);
        Assert.InRange(response.Usage.OutputTokenCount!.Value, 1, 4);
    }

    /// <summary>No grammar keeps it: it is told to the model, and promised to nobody.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Values_that_are_excluded_are_refused_only_where_the_schema_has_to_be_kept(bool strict)
    {
        IChatClient client = await Client(Answers.Roomy);
        AIFunction function = Denied(strict);
        Assert.Contains("\"not\"", function.JsonSchema.GetRawText(), StringComparison.Ordinal);
        var options = new ChatOptions { Tools = [function], MaxOutputTokens = 4, Temperature = 0 };

        if (strict)
        {
            GenerationException error = await Assert.ThrowsAsync<GenerationException>(() => client.GetResponseAsync("x", options));
            Assert.Equal("tool_schema_invalid", error.Code);
        }
        else
        {
            Assert.NotNull((await client.GetResponseAsync("x", options)).Usage);
        }
    }

    [Fact]
    public async Task A_form_of_the_answer_and_functions_go_together()
    {
        using ToolInvokingChatClient client = (await Client(Answers.Roomy)).WithToolInvocation(new ToolInvokingOptions { MaximumIterations = 2 });
        ChatOptions options = Options(AIFunctionFactory.Create(static () => "Autumn", "get_season"));
        options.ResponseFormat = ChatResponseFormat.ForJsonSchema<Place>();

        ChatResponse response = await client.GetResponseAsync("Which?", options);

        Assert.Equal("Autumn", Result(response));
        Place place = JsonSerializer.Deserialize<Place>(response.Messages[^1].Text, AIJsonUtilities.DefaultOptions)!;
        Assert.True(Enum.IsDefined(place.Season));
    }

    [Fact]
    public async Task What_a_cache_keeps_is_neither_computed_nor_varied()
    {
        using var cache = new RememberingChatClient(await Client(Answers.Roomy));
        ChatOptions free = new() { MaxOutputTokens = 12, Temperature = 2, TopK = 0, TopP = 1 };

        string[] texts = [(await cache.GetResponseAsync("Say a word", free)).Text, (await cache.GetResponseAsync("Say a word", free)).Text];

        Assert.Equal(texts[0], texts[1]);
        Assert.Equal((1, 1), (cache.Hits, cache.Misses));
    }

    [Fact]
    public async Task A_cache_below_the_invocation_keeps_every_round()
    {
        int calls = 0;
        using var cache = new RememberingChatClient(await Client(Answers.Roomy));
        using ToolInvokingChatClient client = cache.WithToolInvocation();
        ChatOptions options = Options(AIFunctionFactory.Create(() => ++calls > 0, "is_called"));

        ChatResponse first = await client.GetResponseAsync("Call!", options);
        int rounds = cache.Misses;
        ChatResponse second = await client.GetResponseAsync("Call!", options);

        Assert.Equal((rounds, rounds), (cache.Hits, cache.Misses));
        Assert.Equal(2, calls);
        Assert.Equal(first.Text, second.Text);
    }

    private static AIFunction[] Generated(bool strict)
    {
        AIFunction New(string name, Delegate method) => Of(method, name, strict);

        return
        [
            New("get_now", static () => "now"),
            New("text", static (string value) => value),
            New("maybe_text", static (string? value) => value),
            New("letter", static (char value) => value),
            New("truth", static (bool value) => value),
            New("whole", static (int value) => value),
            New("maybe_whole", static (int? value) => value),
            New("large", static (long value) => value),
            New("real", static (double value) => value),
            New("money", static (decimal value) => value),
            New("moment", static (DateTimeOffset value) => value),
            New("day", static (DateOnly value) => value),
            New("span", static (TimeSpan value) => value),
            New("address", static (Uri value) => value),
            New("id", static (Guid value) => value),
            New("season", static (Season value) => value),
            New("colors", static (Colors value) => value),
            New("trip", static (Trip value) => value),
            New("list", static (string[] value) => value),
            New("table", static (Dictionary<string, int> value) => value),
            New("preset", static (int value = 5) => value),
            New("range", static ([Range(1, 7)] int value) => value),
            New("short_text", static ([StringLength(8)] string value) => value),
            New("code", static ([RegularExpression("[a-c]{1,3}")] string value) => value),
            New("mail", static ([EmailAddress] string value) => value),
            New("one_of", static ([AllowedValues("a", "b")] string value) => value),
        ];
    }

    private static AIFunction Denied(bool strict) => Of(static ([DeniedValues("a", "b")] string value) => value, "none_of", strict);

    private static AIFunction Of(Delegate method, string name, bool strict) => AIFunctionFactory.Create(method, new AIFunctionFactoryOptions
    {
        Name = name,
        AdditionalProperties = strict ? new Dictionary<string, object?>(StringComparer.Ordinal) { ["strict"] = true } : null,
    });

    private static ChatOptions Options(params AITool[] tools) => new() { Tools = tools, ToolMode = ChatToolMode.RequireAny, AllowMultipleToolCalls = false, MaxOutputTokens = 400, Temperature = 0 };

    private async Task<IChatClient> Client(TestModelSpec spec) => (await fixture.ModelOf(spec)).AsIChatClient();

    private async Task<ChatResponse> Ask(bool streams, AIFunction function)
    {
        // The answer to the result is the last: a model of random weights may call again, and is not to.
        using ToolInvokingChatClient client = (await Client(Answers.Roomy)).WithToolInvocation(new ToolInvokingOptions { MaximumIterations = 2 });
        return streams ? await client.GetStreamingResponseAsync("Go!", Options(function)).ToChatResponseAsync() : await client.GetResponseAsync("Go!", Options(function));
    }

    private static FunctionCallContent Call(ChatResponse response) => Assert.Single(response.Messages.SelectMany(static message => message.Contents).OfType<FunctionCallContent>());

    private static string Result(ChatResponse response)
    {
        FunctionResultContent result = Assert.Single(response.Messages.SelectMany(static message => message.Contents).OfType<FunctionResultContent>());
        Assert.Null(result.Exception);
        return result.Result!.ToString()!;
    }

    private enum Season
    {
        Spring,
        Summer,
        Autumn,
        Winter,
    }

    [Flags]
    private enum Colors
    {
        None = 0,
        Red = 1,
        Blue = 2,
    }

    private sealed record Place(Season Season, bool IsNear);

    private sealed record Trip(Place From, Place To);

    private sealed class RememberingChatClient(IChatClient client) : DelegatingChatClient(client)
    {
        private readonly Dictionary<string, ChatMessage[]> _answers = new(StringComparer.Ordinal);

        public int Hits { get; private set; }

        public int Misses { get; private set; }

        public override async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            string key = string.Concat(messages.Select(static message => $"{message.Role}{JsonSerializer.Serialize(message.Contents, AIJsonUtilities.DefaultOptions)}"));
            if (_answers.TryGetValue(key, out ChatMessage[]? known))
            {
                Hits++;
                return new ChatResponse([.. known]);
            }

            Misses++;
            ChatResponse response = await base.GetResponseAsync(messages, options, cancellationToken);
            _answers[key] = [.. response.Messages];
            return response;
        }
    }
}
