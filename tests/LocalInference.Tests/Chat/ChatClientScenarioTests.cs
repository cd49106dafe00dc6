using LocalInference.TestModels;
using Microsoft.Extensions.AI;

namespace LocalInference.Tests.Chat;

/// <summary>The scenarios, on the engine of this process.</summary>
[Collection(ModelTests.Name)]
public sealed class ChatClientScenarioTests(ModelFixture fixture) : ChatClientScenarios
{
    protected override async Task<IChatClient> ClientOf(TestModelSpec spec) => (await fixture.ModelOf(spec)).AsIChatClient();
}
