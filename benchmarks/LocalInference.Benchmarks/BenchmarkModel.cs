using System.Text;
using LocalInference.Native;
using LocalInference.TestModels;

namespace LocalInference.Benchmarks;

/// <summary>
/// A model file whose vocabulary is as large as SmolLM2's, the rest tiny: what is measured here depends on the vocabulary, and
/// 15 MB are written in no time. Owns the file and, once asked for, the loaded model.
/// </summary>
internal sealed class BenchmarkModel : IDisposable
{
    private const int RealVocabularySize = 49152;

    private static readonly TestModelSpec s_spec = TestModelSpec.Qwen2 with { Name = "benchmark", TiedEmbeddings = true, VocabularySize = RealVocabularySize };

    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-benchmark-").FullName;
    private ModelHandle? _handle;

    public BenchmarkModel(int vocabularySize = RealVocabularySize)
    {
        Path = TestModel.WriteTo(_folder, s_spec with { VocabularySize = vocabularySize });
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The loaded model: weights and vocabulary, without a context.</summary>
    public ModelHandle Handle => _handle ??= Load();

    public void Dispose()
    {
        _handle?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private unsafe ModelHandle Load()
    {
        NativeRuntime.Get();
        fixed (byte* path = Encoding.UTF8.GetBytes(Path + '\0'))
        {
            llama_model* model = Llama.llama_model_load_from_file(path, Llama.llama_model_default_params());
            return model != null ? new ModelHandle(model) : throw new InvalidOperationException($"llama.cpp does not load {Path}.");
        }
    }
}
