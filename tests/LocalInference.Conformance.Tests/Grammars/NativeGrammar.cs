using System.Text;
using LocalInference.Native;

namespace LocalInference.Conformance.Tests.Grammars;

/// <summary>A grammar as libllama's sampler reads it, byte by byte.</summary>
internal sealed unsafe class NativeGrammar : IDisposable
{
    private readonly NativeVocabulary _vocabulary;
    private readonly SamplerHandle _sampler;

    public NativeGrammar(NativeVocabulary vocabulary, string grammar)
    {
        _vocabulary = vocabulary;
        fixed (byte* text = Encoding.UTF8.GetBytes(grammar + '\0'))
        fixed (byte* root = "root"u8)
        {
            llama_sampler* sampler = Llama.llama_sampler_init_grammar(vocabulary.Model.Vocabulary, text, root);
            Assert.True(sampler != null, "libllama refuses a grammar that we do not: " + grammar);
            _sampler = new SamplerHandle(sampler, vocabulary.Model);
        }
    }

    public bool Allows(string text)
    {
        Llama.llama_sampler_reset(_sampler.Pointer);
        foreach (byte value in Encoding.UTF8.GetBytes(text))
        {
            int token = NativeVocabulary.TokenOf(value);
            if (!Allows(token))
            {
                return false;
            }

            Llama.llama_sampler_accept(_sampler.Pointer, token);
        }

        return Allows(_vocabulary.End);
    }

    public void Dispose() => _sampler.Dispose();

    private bool Allows(int token)
    {
        llama_token_data data = new() { id = token };
        llama_token_data_array candidates = new() { data = &data, size = 1, selected = -1 };
        Llama.llama_sampler_apply(_sampler.Pointer, &candidates);
        return !float.IsNegativeInfinity(data.logit);
    }
}
