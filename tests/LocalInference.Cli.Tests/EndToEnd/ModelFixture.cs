using LocalInference.TestModels;

namespace LocalInference.Cli.Tests.EndToEnd;

/// <summary>Test models in a folder of their own, for the time of a test class.</summary>
public sealed class ModelFixture : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-cli-").FullName;

    public ModelFixture()
    {
        Completion = TestModel.WriteTo(_folder, TestModelSpec.Llama);
        Chat = TestModel.WriteTo(_folder, TestModelSpec.LlamaChat);
    }

    /// <summary>Random weights, without a chat template.</summary>
    public string Completion { get; }

    /// <summary>Random weights, with ChatML.</summary>
    public string Chat { get; }

    public string Folder => _folder;

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
