using LocalInference.Gguf;
using LocalInference.TestModels;

namespace LocalInference.Training.Tests.Datasets;

/// <summary>A folder for the files of a test, and short ways to write datasets and models.</summary>
public abstract class DatasetTest : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-datasets-").FullName;

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    internal string At(string name) => Path.Combine(_folder, name);

    internal string Write(string name, params string[] lines)
    {
        File.WriteAllLines(At(name), lines);
        return At(name);
    }

    internal Task<LocalModel> Load(TestModelSpec spec, string? template = null)
    {
        string path = TestModel.WriteTo(_folder, spec);
        if (template is not null)
        {
            using GgufFile file = GgufFile.Open(path);
            using GgufWriter writer = GgufWriter.Create(At("other.gguf"), file.Metadata.ToBuilder().Set("tokenizer.chat_template", template).Build(), [.. file.Tensors.Select(static tensor => tensor.ToDefinition())]);
            foreach (GgufTensorInfo tensor in file.Tensors)
            {
                writer.Write(file.GetTensorData(tensor));
            }

            writer.Complete();
            path = At("other.gguf");
        }

        return LocalModel.LoadAsync(path, new LocalModelOptions { ContextLength = 256, GpuLayers = 0 });
    }

    /// <summary>What of a sample is learned, as text with special tokens shown.</summary>
    internal static string Learned(LocalModel model, TrainingSample sample) =>
        model.Tokenizer.Decode([.. sample.Tokens.Where((_, i) => sample.Weights[i] > 0)], renderSpecial: true);
}
