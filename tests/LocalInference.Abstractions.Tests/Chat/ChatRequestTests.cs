using System.Text.Json;
using LocalInference.Testing;
using Microsoft.Extensions.AI;

namespace LocalInference.Abstractions.Tests.Chat;

/// <summary>What becomes of a chat client's options.</summary>
public sealed class ChatRequestTests
{
    [Fact]
    public async Task Every_option_arrives()
    {
        AIFunctionDeclaration tool = AIFunctionFactory.CreateDeclaration("f", "does", Json("""{"type":"object"}"""));
        GenerationRequest request = await Sent(new ChatOptions
        {
            Instructions = "Be brief.",
            ModelId = "m",
            Temperature = 0.5f,
            TopP = 0.6f,
            TopK = 7,
            FrequencyPenalty = 0.1f,
            PresencePenalty = 0.2f,
            Seed = 42,
            MaxOutputTokens = 99,
            StopSequences = ["END"],
            Tools = [tool, new HostedWebSearchTool()],
            ToolMode = ChatToolMode.RequireAny,
            AllowMultipleToolCalls = false,
            Reasoning = new ReasoningOptions { Effort = ReasoningEffort.High, Output = ReasoningOutput.None },
            ResponseFormat = ChatResponseFormat.ForJsonSchema(Json("""{"type":"string"}"""), "name", "what"),
            AdditionalProperties = new() { ["strict"] = true },
        });

        var chat = (ChatInput)request.Input;
        Assert.Equal(["Be brief.", "Hi"], chat.Messages.Select(static message => message.Text), StringComparer.Ordinal);
        Assert.Equal(ChatRole.System, chat.Messages[0].Role);
        Assert.Same(tool, Assert.Single(chat.Tools));
        Assert.IsType<RequiredChatToolMode>(chat.ToolMode);
        Assert.False(chat.AllowMultipleToolCalls);
        Assert.Equal(new ReasoningSettings { Enabled = true, Effort = "high", Visibility = ReasoningVisibility.Hidden }, chat.Reasoning);
        Assert.Equal(
            new SamplingOverrides { Temperature = 0.5f, TopP = 0.6f, TopK = 7, FrequencyPenalty = 0.1f, PresencePenalty = 0.2f, Seed = 42 },
            request.Sampling);
        Assert.Equal(("m", 99), (request.Model, request.MaxTokens));
        Assert.Equal(["END"], request.StopSequences);
        var output = Assert.IsType<JsonSchemaOutput>(request.Output);
        Assert.Equal(("name", "what", true), (output.Name, output.Description, output.Strict));
    }

    [Fact]
    public async Task Without_options_everything_is_the_models_own()
    {
        GenerationRequest request = await Sent(null);

        Assert.Equal(SamplingOverrides.None, request.Sampling);
        Assert.Null(request.MaxTokens);
        Assert.Null(request.Output);
        Assert.Null(request.Model);
        Assert.Equal(ReasoningSettings.Default, ((ChatInput)request.Input).Reasoning);
        Assert.Null(((ChatInput)request.Input).ToolMode);
    }

    [Fact]
    public async Task Thinking_can_be_switched_off() =>
        Assert.False(((ChatInput)(await Sent(new ChatOptions { Reasoning = new ReasoningOptions { Effort = ReasoningEffort.None } })).Input).Reasoning.Enabled);

    [Theory]
    [InlineData(5L, 5u)]
    [InlineData(-1L, 0u)]
    [InlineData((1L << 32) | 7L, 6u)]
    public async Task A_seed_of_64_bits_is_folded(long seed, uint expected) => Assert.Equal(expected, (await Sent(new ChatOptions { Seed = seed })).Sampling.Seed);

    [Fact]
    public async Task Json_mode_asks_for_an_object() => Assert.IsType<JsonOutput>((await Sent(new ChatOptions { ResponseFormat = ChatResponseFormat.Json })).Output);

    [Fact]
    public async Task What_chat_options_cannot_say_goes_by_name()
    {
        GenerationRequest request = await Sent(new ChatOptions
        {
            AdditionalProperties = new()
            {
                [ChatOptionNames.ContextLength] = 4096L,
                [ChatOptionNames.KeepAlive] = -1,
                [ChatOptionNames.MinP] = 0.05,
                [ChatOptionNames.TypicalP] = Json("0.9"),
                [ChatOptionNames.RepeatPenalty] = "1.1",
                [ChatOptionNames.RepeatLastN] = Json("128"),
                [ChatOptionNames.Grammar] = "root ::= \"x\"",
                [ChatOptionNames.TopLogProbabilities] = 3,
                [ChatOptionNames.ReasoningTokens] = 64,
                [ChatOptionNames.Caller] = "ann",
                [ChatOptionNames.Priority] = "low",
                [ChatOptionNames.Adapters] = new[] { new AdapterSelection("a", 0.5f) },
                ["somebody_elses"] = new object(),
            },
        });

        Assert.Equal((4096, Timeout.InfiniteTimeSpan, "ann", RequestPriority.Low, 3), (request.ContextLength, request.KeepAlive, request.Caller, request.Priority, request.LogProbabilities));
        Assert.Equal(new SamplingOverrides { MinP = 0.05f, TypicalP = 0.9f, RepeatPenalty = 1.1f, PenaltyLastN = 128 }, request.Sampling);
        Assert.Equal(new GrammarOutput("root ::= \"x\""), request.Output);
        Assert.Equal(64, ((ChatInput)request.Input).Reasoning.MaxTokens);
        Assert.Equal([new AdapterSelection("a", 0.5f)], request.Adapters);
    }

    [Theory]
    [InlineData(ChatOptionNames.ContextLength, "many")]
    [InlineData(ChatOptionNames.ContextLength, 9_000_000_000L)]
    [InlineData(ChatOptionNames.MinP, true)]
    [InlineData(ChatOptionNames.KeepAlive, "soon")]
    [InlineData(ChatOptionNames.KeepAlive, 1e300)]
    [InlineData(ChatOptionNames.Priority, "urgent")]
    [InlineData(ChatOptionNames.Caller, 5)]
    [InlineData(ChatOptionNames.Adapters, "a")]
    public async Task A_value_of_the_wrong_kind_is_refused_by_its_name(string name, object value)
    {
        GenerationException error = await Assert.ThrowsAsync<GenerationException>(() => Sent(new ChatOptions { AdditionalProperties = new() { [name] = value } }));

        Assert.Equal("invalid_option", error.Code);
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_grammar_and_a_response_format_do_not_go_together()
    {
        var options = new ChatOptions { ResponseFormat = ChatResponseFormat.Json, AdditionalProperties = new() { [ChatOptionNames.Grammar] = "root ::= \"x\"" } };

        Assert.Equal("invalid_option", (await Assert.ThrowsAsync<GenerationException>(() => Sent(options))).Code);
    }

    [Fact]
    public async Task A_conversation_kept_elsewhere_is_refused() =>
        Assert.Equal("conversation_unsupported", (await Assert.ThrowsAsync<GenerationException>(() => Sent(new ChatOptions { ConversationId = "c" }))).Code);

    [Fact]
    public async Task A_raw_request_goes_before_the_options()
    {
        GenerationRequest request = await Sent(new ChatOptions
        {
            Temperature = 1,
            TopK = 3,
            RawRepresentationFactory = static _ => new GenerationRequest
            {
                Input = new ChatInput { Messages = [], ContinueFinalMessage = true },
                Sampling = new SamplingOverrides { Temperature = 0.1f },
                ContextOverflow = ContextOverflowPolicy.DropOldestMessages,
            },
        });

        Assert.Equal(new SamplingOverrides { Temperature = 0.1f, TopK = 3 }, request.Sampling);
        Assert.Equal(ContextOverflowPolicy.DropOldestMessages, request.ContextOverflow);
        Assert.True(((ChatInput)request.Input).ContinueFinalMessage);
        Assert.Equal("Hi", Assert.Single(((ChatInput)request.Input).Messages).Text);
    }

    [Fact]
    public async Task A_clients_defaults_go_behind_everything()
    {
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Say("x"));
        IChatClient client = generator.AsIChatClient(new TextGeneratorChatClientOptions
        {
            Model = "mine",
            Defaults = new GenerationRequest { Input = new ChatInput { Messages = [] }, MaxTokens = 5, Sampling = new SamplingOverrides { TopK = 1 } },
        });

        await client.GetResponseAsync("Hi", new ChatOptions { TopP = 0.5f });

        GenerationRequest request = Assert.Single(generator.Requests);
        Assert.Equal(("mine", 5), (request.Model, request.MaxTokens));
        Assert.Equal(new SamplingOverrides { TopK = 1, TopP = 0.5f }, request.Sampling);
        Assert.Equal("mine", client.GetService<ChatClientMetadata>()!.DefaultModelId);
    }

    [Fact]
    public async Task The_callers_options_are_left_alone()
    {
        var options = new ChatOptions { Instructions = "Be brief.", Tools = [], StopSequences = ["a"] };
        List<ChatMessage> messages = [new(ChatRole.User, "Hi")];

        await new ScriptedTextGenerator(ScriptedAnswer.Say("x")).AsIChatClient().GetResponseAsync(messages, options);

        Assert.Single(messages);
        Assert.Equal("Be brief.", options.Instructions);
        Assert.Equal(["a"], options.StopSequences);
    }

    private static async Task<GenerationRequest> Sent(ChatOptions? options)
    {
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Say("x"));
        await generator.AsIChatClient().GetResponseAsync("Hi", options);
        return Assert.Single(generator.Requests);
    }

    private static JsonElement Json(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
