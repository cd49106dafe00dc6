using System.Runtime.InteropServices;
using LocalInference.Native;

namespace LocalInference;

/// <summary>
/// The array of (token, logit) pairs that llama.cpp's samplers work on, made once per context and refilled for each token.
/// Owned by the engine thread.
/// </summary>
internal sealed unsafe class CandidateBuffer : IDisposable
{
    private readonly int _size;
    private llama_token_data* _data;

    public CandidateBuffer(int vocabularySize)
    {
        _size = vocabularySize;
        _data = (llama_token_data*)NativeMemory.Alloc((nuint)vocabularySize, (nuint)sizeof(llama_token_data));
    }

    /// <summary>All tokens in order of their ids. The samplers sort and cut it, so it is filled anew each time.</summary>
    public llama_token_data_array Fill(ReadOnlySpan<float> logits)
    {
        llama_token_data* data = _data;
        for (int i = 0; i < logits.Length; i++)
        {
            data[i].id = i;
            data[i].logit = logits[i];
            data[i].p = 0;
        }

        return new llama_token_data_array { data = data, size = (nuint)_size, selected = -1, sorted = 0 };
    }

    public void Dispose()
    {
        NativeMemory.Free(_data);
        _data = null;
    }
}
