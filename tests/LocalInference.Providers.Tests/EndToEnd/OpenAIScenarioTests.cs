using LocalInference.Tests;

namespace LocalInference.Providers.Tests;

/// <summary>The scenarios through OpenAI's interface; it can say all of them.</summary>
[Collection(ModelTests.Name)]
public sealed class OpenAIScenarioTests(ModelFixture fixture) : AdapterScenarios(fixture, ProviderKind.LocalInference);
