using System.Text;
using LocalInference.Native;
using LocalInference.TestModels;

namespace LocalInference.Conformance.Tests.Grammars;

/// <summary>A vocabulary of libllama in which every byte is a token: what its grammar sampler needs to follow any text.</summary>
public sealed unsafe class NativeVocabulary : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-conformance-").FullName;
    private readonly ModelHandle _model;

    public NativeVocabulary()
    {
        NativeRuntime.Get();
        llama_model_params parameters = Llama.llama_model_default_params();
        parameters.vocab_only = 1;
        fixed (byte* path = Encoding.UTF8.GetBytes(TestModel.WriteTo(_folder, TestModelSpec.Llama3) + '\0'))
        {
            _model = new ModelHandle(Llama.llama_model_load_from_file(path, parameters));
        }
    }

    internal ModelHandle Model => _model;

    internal int End => Llama.llama_vocab_eos(_model.Vocabulary);

    /// <summary>The token of a byte: byte-level vocabularies of test models begin with the 256 bytes in order.</summary>
    internal static int TokenOf(byte value) => value;

    public void Dispose()
    {
        _model.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
