using System.Text;
using LocalInference.Native;
using LocalInference.TestModels;

namespace LocalInference.Tests.Sampling;

/// <summary>Vocabularies of test models without their weights, in any size.</summary>
public sealed unsafe class VocabularyFixture : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-vocabularies-").FullName;
    private readonly Dictionary<TestModelSpec, (ModelHandle Model, Tokenizer Tokenizer)> _loaded = [];

    internal Tokenizer Of(TestModelSpec spec)
    {
        if (!_loaded.TryGetValue(spec, out (ModelHandle Model, Tokenizer Tokenizer) loaded))
        {
            ModelHandle model = Load(spec with { EmbeddingLength = 8, HeadCount = 1, KeyValueHeadCount = 1, HeadLength = null, BlockCount = 1, FeedForwardLength = 8, TiedEmbeddings = true });
            loaded = (model, new Tokenizer(model));
            _loaded.Add(spec, loaded);
        }

        return loaded.Tokenizer;
    }

    public void Dispose()
    {
        foreach ((ModelHandle model, _) in _loaded.Values)
        {
            model.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private ModelHandle Load(TestModelSpec spec)
    {
        NativeRuntime.Get();
        llama_model_params parameters = Llama.llama_model_default_params();
        parameters.vocab_only = 1;
        string folder = Directory.CreateDirectory(Path.Combine(_folder, _loaded.Count.ToString(System.Globalization.CultureInfo.InvariantCulture))).FullName;
        fixed (byte* path = Encoding.UTF8.GetBytes(TestModel.WriteTo(folder, spec) + '\0'))
        {
            llama_model* model = Llama.llama_model_load_from_file(path, parameters);
            Assert.True(model != null);
            return new ModelHandle(model);
        }
    }
}
