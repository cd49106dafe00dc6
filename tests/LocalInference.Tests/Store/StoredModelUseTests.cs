using System.Text.Json;
using LocalInference.Abstractions;
using LocalInference.TestModels;
using LocalInference.Tests.Chat;
using LocalInference.Tests.Embeddings;
using LocalInference.Text;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using ChatMessage = Microsoft.Extensions.AI.ChatMessage;

namespace LocalInference.Tests.Store;

/// <summary>What a stored model says, applied by the engine when the model is used by its name.</summary>
[Collection(ModelTests.Name)]
public sealed class StoredModelUseTests(ModelFixture fixture) : IDisposable
{
    private readonly StoreFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Template_system_and_messages_are_in_the_prompt()
    {
        await CreateAsync("m", "TEMPLATE {{ range .Messages }}<{{ .Role }}>{{ .Content }}{{ end }}<answer>\nSYSTEM Be brief.\nMESSAGE user a\nMESSAGE assistant b\n");
        await using ServiceProvider services = Services();

        Assert.EndsWith("<system>Be brief.<user>a<assistant>b<user>c<answer>", await RenderAsync(services, "m", new ChatMessage(ChatRole.User, "c")), StringComparison.Ordinal);
        Assert.EndsWith("<user>a<assistant>b<system>Be long.<user>c<answer>", await RenderAsync(services, "m", new ChatMessage(ChatRole.System, "Be long."), new ChatMessage(ChatRole.User, "c")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_requests_own_template_goes_before_the_models()
    {
        await CreateAsync("m", "TEMPLATE one {{ .Prompt }}");
        await using ServiceProvider services = Services();

        Assert.EndsWith("two c", await RenderWithAsync(services, "m", new PromptTemplate("two {{ .Prompt }}", PromptTemplateLanguage.Go), new ChatMessage(ChatRole.User, "c")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Limits_and_stop_texts_end_answers_unless_the_request_has_its_own()
    {
        await CreateAsync("m", "PARAMETER num_predict 3\nPARAMETER temperature 0\n");
        await using ServiceProvider services = Services();
        ITextGenerator generator = services.GetRequiredService<ITextGenerator>();
        GenerationRequest request = new() { Model = "m", Input = new PromptInput { Text = "a" }, IgnoreEndOfGeneration = true };

        Assert.Equal(3, (await generator.Answer(request)).End().Usage.GeneratedTokens);
        List<GenerationEvent> whole = await generator.Answer(request with { MaxTokens = 8 });
        Assert.Equal(8, whole.End().Usage.GeneratedTokens);

        // Whatever it is that the random weights say: what it begins with ends it.
        string text = string.Concat(whole.OfType<TextDelta>().Select(static delta => delta.Text));
        string stop = text[..1];
        await CreateAsync("stopped", $"PARAMETER num_predict 8\nPARAMETER temperature 0\nPARAMETER stop \"{stop}\"\n");
        List<GenerationEvent> stopped = await generator.Answer(request with { Model = "stopped" });
        Assert.Equal(FinishReason.StopSequence, stopped.End().FinishReason);
        Assert.Equal(FinishReason.MaxTokens, (await generator.Answer(request with { Model = "stopped", StopSequences = ["never said"] })).End().FinishReason);
    }

    [Fact]
    public async Task A_renderer_stands_in_where_the_file_has_no_template()
    {
        await CreateAsync("m", "RENDERER qwen3\nPARSER qwen3\n");
        await CreateAsync("own", "RENDERER qwen3\n", TestModelSpec.Llama with { Name = "tiny-llama-phi3", ChatTemplate = TestChatTemplate.Phi3 });
        await using ServiceProvider services = Services();

        // The vocabulary is one that writes a space behind control tokens.
        Assert.Contains("<|im_start|> user\nc<|im_end|>", await RenderAsync(services, "m", new ChatMessage(ChatRole.User, "c")), StringComparison.Ordinal);
        Assert.Contains("<|user|>", await RenderAsync(services, "own", new ChatMessage(ChatRole.User, "c")), StringComparison.Ordinal);
        ModelDescription description = (await services.GetRequiredService<IModelCatalog>().FindModelAsync("m"))!;
        Assert.True(description.Capabilities.HasFlag(ModelCapabilities.Chat | ModelCapabilities.Tools | ModelCapabilities.Reasoning));
    }

    [Fact]
    public async Task The_files_own_template_serves_a_request_with_tools_that_the_models_cannot_show()
    {
        string withTools = ModelVariant.Write(
            fixture.FileOf(TestModelSpec.Llama),
            Path.Combine(_folder.Folder, "tools.gguf"),
            static metadata => metadata.Set("tokenizer.chat_template", PublishedTemplates.Find("qwen3")!.Source));
        await _folder.CreateAsync("plain", $"FROM {withTools}\nTEMPLATE <{{{{ .Prompt }}}}>\n");
        const string Messages = """{{ range .Messages }}<{{ .Role }}>{{ .Content }}{{ range .ToolCalls }}<tool_call>{"name": "{{ .Function.Name }}", "arguments": {{ .Function.Arguments }}}</tool_call>{{ end }}{{ end }}""";
        await _folder.CreateAsync("tools", $"FROM {withTools}\nTEMPLATE {Messages}{{{{ range .Tools }}}}[{{{{ .Function.Name }}}}]{{{{ end }}}}\n");
        await using ServiceProvider services = Services();
        ChatInput input = new() { Messages = [new ChatMessage(ChatRole.User, "c")] };
        ChatInput asking = input with { Tools = [AIFunctionFactory.CreateDeclaration("weather", "Tells it.", JsonDocument.Parse("{}").RootElement)] };

        Assert.EndsWith("<c>", await RenderInputAsync(services, "plain", input), StringComparison.Ordinal);
        Assert.Contains("<|im_start|>", await RenderInputAsync(services, "plain", asking), StringComparison.Ordinal);
        Assert.Contains("weather", await RenderInputAsync(services, "plain", asking), StringComparison.Ordinal);
        Assert.EndsWith("<user>c[weather]", await RenderInputAsync(services, "tools", asking), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_serves_what_comes_into_it_later_and_tells_what_it_has()
    {
        await using ServiceProvider services = Services();
        IModelCatalog catalog = services.GetRequiredService<IModelCatalog>();
        Assert.Empty(await catalog.ListModelsAsync());
        await CreateAsync("m", "SYSTEM Be brief.\nTEMPLATE {{ .Prompt }}\n");

        ModelDescription model = Assert.Single(await catalog.ListModelsAsync());

        Assert.Equal(("m:latest", "Be brief."), (model.Name, model.System));
        Assert.Equal(new PromptTemplate("{{ .Prompt }}", PromptTemplateLanguage.Go), (await catalog.FindModelAsync("M"))!.Template);
        ModelNotFoundException e = await Assert.ThrowsAsync<ModelNotFoundException>(() => RenderAsync(services, "none", new ChatMessage(ChatRole.User, "c")));
        Assert.Contains("m:latest", e.NextStep, StringComparison.Ordinal);
    }

    private async Task CreateAsync(string name, string recipe, TestModelSpec? spec = null) =>
        await _folder.CreateAsync(name, $"FROM {fixture.FileOf(spec ?? TestModelSpec.Llama)}\n{recipe}");

    private ServiceProvider Services()
    {
        ServiceCollection services = new();
        services.AddLocalInference().UseModels(_folder.Store);
        return services.BuildServiceProvider();
    }

    private static Task<string> RenderAsync(ServiceProvider services, string model, params ChatMessage[] messages) => RenderWithAsync(services, model, template: null, messages);

    private static Task<string> RenderWithAsync(ServiceProvider services, string model, PromptTemplate? template, params ChatMessage[] messages) =>
        RenderInputAsync(services, model, new ChatInput { Messages = messages, Template = template });

    private static async Task<string> RenderInputAsync(ServiceProvider services, string model, ChatInput input) =>
        (await services.GetRequiredService<IPromptTokenizer>().RenderAsync(new GenerationRequest { Model = model, Input = input })).Text;
}
