using LocalInference.Abstractions;
using LocalInference.TestModels;
using Microsoft.Extensions.AI;

namespace LocalInference.Tests.Chat;

/// <summary>What cannot be run is refused with a code, before anything is computed.</summary>
[Collection(ModelTests.Name)]
public sealed class BadRequestTests(ModelFixture fixture)
{
    public static TheoryData<string, GenerationRequest> Refused => new()
    {
        { "messages_empty", Answers.Ask(new ChatInput { Messages = [] }) },
        { "content_unsupported", Answers.Ask(new ChatInput { Messages = [new ChatMessage(ChatRole.User, [new DataContent(new byte[4], "image/png")])] }) },
        { "content_unsupported", Result(new DataContent(new byte[4], "image/png")) },
        { "content_unsupported", Result(new AIContent[] { new TextContent("See:"), new UriContent("https://example.org/a.png", "image/png") }) },
        { "adapter_unknown", Answers.Ask(Answers.Chat("x")) with { Adapters = [new AdapterSelection("mine")] } },
        { "infill_unsupported", Answers.Ask(new PromptInput { Text = "a", Suffix = "b" }) },
        { "tool_unknown", Answers.Ask(Answers.Chat("x") with { Tools = [Answers.Weather], ToolMode = ChatToolMode.RequireSpecific("other") }) },
        { "tool_missing", Answers.Ask(Answers.Chat("x") with { ToolMode = ChatToolMode.RequireAny }) },
        { "tool_duplicate", Answers.Ask(Answers.Chat("x") with { Tools = [Answers.Weather, Answers.Weather] }) },
        { "schema_invalid", Answers.Ask(Answers.Chat("x")) with { Output = new JsonSchemaOutput(Answers.Json("""{"type":"nonsense"}""")) } },
        { "grammar_invalid", Answers.Ask(Answers.Chat("x")) with { Output = new GrammarOutput("root ::= (") } },
        { "choices_invalid", Answers.Ask(Answers.Chat("x")) with { Output = new ChoiceOutput([]) } },
        { "regex_invalid", Answers.Ask(Answers.Chat("x")) with { Output = new RegexOutput("(a") } },
        { "template_failed", Answers.Ask(Answers.Chat("x") with { Template = new PromptTemplate("{% if", PromptTemplateLanguage.Jinja) }) },
        { "template_refused", Answers.Ask(Answers.Chat("x") with { Template = new PromptTemplate("{{ raise_exception('no') }}", PromptTemplateLanguage.Jinja) }) },
        { "invalid_option", Answers.Ask(Answers.Chat("x"), maxTokens: -1) },
        { "invalid_option", Answers.Ask(Answers.Chat("x")) with { ContextLength = 0 } },
        { "invalid_option", Answers.Ask(Answers.Chat("x")) with { ContextLength = 100_000 } },
        { "invalid_option", Answers.Ask(Answers.Chat("x")) with { StopSequences = [""] } },
        { "invalid_option", Answers.Ask(Answers.Chat("x")) with { LogProbabilities = 21 } },
        { "invalid_option", Answers.Ask(Answers.Chat("x") with { Reasoning = new ReasoningSettings { MaxTokens = -1 } }) },
        { "token_unknown", Answers.Ask(new TokenInput(new[] { 1_000_000 })) },
        { "token_unknown", Answers.Ask(Answers.Chat("x") with { PrecedingTokens = new[] { 1_000_000 } }) },
        { "model_not_found", Answers.Ask(Answers.Chat("x")) with { Model = "another" } },
        { "context_length", Answers.Ask(Answers.Chat(new string('x', 5000))) },
    };

    private static GenerationRequest Result(object result) => Answers.Ask(new ChatInput
    {
        Messages =
        [
            new ChatMessage(ChatRole.User, "x"),
            new ChatMessage(ChatRole.Assistant, [new FunctionCallContent("c1", "look")]),
            new ChatMessage(ChatRole.Tool, [new FunctionResultContent("c1", result)]),
        ],
    });

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task It_is_refused_by_its_code(string code, GenerationRequest request)
    {
        ITextGenerator generator = (await fixture.ModelOf(TestModelSpec.Qwen2)).AsTextGenerator();

        LocalInferenceException error = await Assert.ThrowsAnyAsync<LocalInferenceException>(() => generator.Answer(request));

        Assert.Equal(code, error.Code);
        Assert.NotEmpty(error.NextStep);
    }

    [Fact]
    public async Task An_encoder_does_not_chat()
    {
        ITextGenerator generator = (await fixture.ModelOf(TestModelSpec.Bert)).AsTextGenerator();

        GenerationException error = await Assert.ThrowsAsync<GenerationException>(() => generator.Answer(Answers.Ask(new PromptInput { Text = "a" })));

        Assert.Equal("model_cannot_generate", error.Code);
    }

    [Fact]
    public async Task No_request_is_an_argument_error()
    {
        ITextGenerator generator = (await fixture.ModelOf(TestModelSpec.Qwen2)).AsTextGenerator();

        Assert.Throws<ArgumentNullException>(() => generator.GenerateAsync(null!));
    }
}
