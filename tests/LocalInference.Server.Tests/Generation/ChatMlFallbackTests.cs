using LocalInference.Abstractions;
using LocalInference.Server.Tests.Fakes;
using LocalInference.TestModels;
using LocalInference.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace LocalInference.Server.Tests.Generation;

public sealed class ChatMlFallbackTests
{
    [Theory]
    [InlineData("[]", "END,<|im_end|>")]
    [InlineData("""["mine"]""", "mine,<|im_end|>")]
    public async Task Stops_of_a_models_recipe_hold_for_requests_that_name_none(string stop, string expected)
    {
        string folder = Directory.CreateTempSubdirectory("localinference-server-chatml-").FullName;
        using var store = new PlayedStore();
        string file = TestModel.WriteTo(folder, TestModelSpec.Qwen2 with { Name = "tiny-qwen2-chatml" });
        await store.CreateAsync("plain", new Modelfile(new ModelfileInstruction(ModelfileKeyword.From, file), new ModelfileInstruction(ModelfileKeyword.Parameter, "END") { Name = "stop" }), new CreateOptions { Folder = folder });
        Directory.Delete(folder, recursive: true);
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Say("x"));
        await using LoopbackServer server = await LoopbackServer.StartAsync(services => services
            .AddSingleton<ITextGenerator>(generator)
            .AddSingleton<IModelStore>(store)
            .AddSingleton<IModelCatalog>(new FakeModels(FakeModels.Plain)));

        await server.PostAsync("/v1/chat/completions", $$"""{"model":"plain","stop":{{stop}},"messages":[{"role":"user","content":"x"}]}""");

        Assert.Equal(expected, string.Join(',', Assert.Single(generator.Requests).StopSequences));
    }
}
