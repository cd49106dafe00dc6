using LocalInference.TestModels;

namespace LocalInference.Server.Tests.EndToEnd;

/// <summary>Test models in a folder of their own, for the time of a test class.</summary>
public sealed class ModelFixture : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-server-").FullName;

    public ModelFixture() => Chat = TestModel.WriteTo(_folder, TestModelSpec.Qwen2 with { Name = "tiny-qwen2-server", ContextLength = 2048 });

    /// <summary>Random weights, with ChatML.</summary>
    public string Chat { get; }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
