using System.Net;
using LocalInference.Abstractions;
using LocalInference.Server.Tests.Fakes;
using LocalInference.Testing;
using Microsoft.Extensions.AI;

namespace LocalInference.Server.Tests.Ollama;

public sealed class GenerateTests
{
    [Fact]
    public async Task A_prompt_is_a_message_of_the_user()
    {
        (GenerationRequest request, WireAnswer answer) = await AskAsync(
            """{"model":"chat","prompt":"Why?","system":"Be kind.","template":"{{ .Prompt }}","think":false,"adapters":[{"name":"poet","scale":0.5},{"name":"x"}]}""");

        Assert.Equal("An answer", string.Concat(answer.Lines.Select(static line => line.GetProperty("response").GetString())));
        ChatInput input = Assert.IsType<ChatInput>(request.Input);
        Assert.Equal([(ChatRole.System, "Be kind."), (ChatRole.User, "Why?")], input.Messages.Select(static message => (message.Role, message.Text)));
        Assert.Equal(new PromptTemplate("{{ .Prompt }}", PromptTemplateLanguage.Go), input.Template);
        Assert.False(input.Reasoning.Enabled);
        Assert.Equal([new AdapterSelection("poet", 0.5f), new AdapterSelection("x")], request.Adapters);
        Assert.True(request.ReturnTokens);
        Assert.Equal(ContextOverflowPolicy.Shift, request.ContextOverflow);
    }

    [Fact]
    public async Task Raw_text_is_the_whole_prompt()
    {
        (GenerationRequest request, _) = await AskAsync("""{"model":"chat","prompt":"<s>Why?","raw":true,"stream":false}""");

        Assert.Equal(new PromptInput { Text = "<s>Why?", ParseSpecialTokens = true }, request.Input);
        Assert.False(request.ReturnTokens);
    }

    [Fact]
    public async Task A_suffix_is_filled_up_to()
    {
        (GenerationRequest request, _) = await AskAsync("""{"model":"chat","prompt":"def f(","suffix":"return 1"}""");

        Assert.Equal(new PromptInput { Text = "def f(", Suffix = "return 1" }, request.Input);
    }

    [Fact]
    public async Task A_context_goes_before_the_prompt_which_stays_a_message()
    {
        (GenerationRequest request, _) = await AskAsync("""{"model":"thinker","prompt":"B","context":[1,50,51],"think":true}""");

        ChatInput input = Assert.IsType<ChatInput>(request.Input);
        Assert.Equal([1, 50, 51], input.PrecedingTokens.ToArray());
        Assert.Equal((ChatRole.User, "B"), Assert.Single(input.Messages.Select(static message => (message.Role, message.Text))));
        Assert.True(input.Reasoning.Enabled);
        Assert.True(request.ReturnTokens);
    }

    [Theory]
    [InlineData("""{"model":"plain","prompt":"B","context":[1,50]}""", null)]
    [InlineData("""{"model":"chat","prompt":"B","suffix":"C","context":[1,50]}""", "C")]
    public async Task A_context_goes_before_a_text_too(string json, string? suffix)
    {
        (GenerationRequest request, _) = await AskAsync(json);

        PromptInput input = Assert.IsType<PromptInput>(request.Input);
        Assert.Equal([1, 50], input.PrecedingTokens.ToArray());
        Assert.Equal(("B", suffix), (input.Text, input.Suffix));
    }

    [Fact]
    public async Task A_model_without_a_template_goes_on_from_the_prompt()
    {
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Say("time"));
        await using LoopbackServer server = await LoopbackServer.StartAsync(generator);

        WireAnswer answer = await server.PostAsync("/api/generate", """{"model":"plain","prompt":"Once upon a","stream":false}""");

        Assert.Equal("time", answer.Json.GetProperty("response").GetString());
        Assert.Equal(new PromptInput { Text = "Once upon a" }, Assert.Single(generator.Requests).Input);
    }

    [Fact]
    public async Task An_empty_prompt_loads()
    {
        var models = new FakeModels(FakeModels.Chat);
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator(), models);

        WireAnswer answer = await server.PostAsync("/api/generate", """{"model":"chat:latest","stream":false}""");

        Assert.Equal(("", "load"), (answer.Json.GetProperty("response").GetString(), answer.Json.GetProperty("done_reason").GetString()));
        Assert.Equal(["load chat "], models.Changes, StringComparer.Ordinal);
        Assert.Equal(HttpStatusCode.OK, answer.Status);
    }

    [Theory]
    [InlineData("""{"model":"chat","prompt":"x","format":"json"}""", typeof(JsonOutput))]
    [InlineData("""{"model":"chat","prompt":"x","format":{"type":"object"}}""", typeof(JsonSchemaOutput))]
    [InlineData("""{"model":"chat","prompt":"x","grammar":"root ::= \"a\""}""", typeof(GrammarOutput))]
    [InlineData("""{"model":"chat","prompt":"x","choices":["a","b"]}""", typeof(ChoiceOutput))]
    [InlineData("""{"model":"chat","prompt":"x","regex":"[ab]+"}""", typeof(RegexOutput))]
    [InlineData("""{"model":"chat","prompt":"x","format":""}""", null)]
    [InlineData("""{"model":"chat","prompt":"x","format":null}""", null)]
    public async Task An_answer_may_have_a_form(string json, Type? form)
    {
        (GenerationRequest request, _) = await AskAsync(json);

        Assert.Equal(form, request.Output?.GetType());
    }

    [Theory]
    [InlineData("true", "true", ContextOverflowPolicy.Shift)]
    [InlineData("true", "false", ContextOverflowPolicy.DropOldestMessages)]
    [InlineData("false", "true", ContextOverflowPolicy.Error)]
    [InlineData("null", "null", ContextOverflowPolicy.Shift)]
    public async Task Truncate_and_shift_say_what_is_cut(string truncate, string shift, ContextOverflowPolicy policy)
    {
        (GenerationRequest request, _) = await AskAsync($$"""{"model":"chat","prompt":"x","truncate":{{truncate}},"shift":{{shift}}}""");

        Assert.Equal(policy, request.ContextOverflow);
    }

    private static async Task<(GenerationRequest Request, WireAnswer Answer)> AskAsync(string json)
    {
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Say("An answer"));
        await using LoopbackServer server = await LoopbackServer.StartAsync(generator);
        WireAnswer answer = await server.PostAsync("/api/generate", json);
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        return (Assert.Single(generator.Requests), answer);
    }
}
