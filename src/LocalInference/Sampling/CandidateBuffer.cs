using System.Runtime.InteropServices;
using LocalInference.Native;

namespace LocalInference;

/// <summary>
/// What the samplers of a context work in, made once and used for one token after the other, so that a token allocates nothing.
/// Owned by the engine thread.
/// </summary>
internal sealed unsafe class CandidateBuffer : IDisposable
{
    // Requests of one application share a schema or two.
    private const int GrammarLimit = 8;

    private readonly List<GrammarStates> _grammars = new(GrammarLimit);
    private readonly float[] _row;
    private readonly int _vocabularySize;
    private llama_token_data* _native;

    public CandidateBuffer(int vocabularySize)
    {
        _vocabularySize = vocabularySize;
        _row = GC.AllocateUninitializedArray<float>(vocabularySize);
        float[] weights = GC.AllocateUninitializedArray<float>(vocabularySize);
        List = new CandidateList(vocabularySize);
        Descending = new DescendingLogits(List);
        Vocabulary = new VocabularySamplers(List, Descending, weights);
    }

    /// <summary>What truncating samplers left.</summary>
    public CandidateList List { get; }

    /// <summary>A row from the largest logit down; it fills <see cref="List"/>.</summary>
    public DescendingLogits Descending { get; }

    /// <summary>The first sampler of a chain; it fills <see cref="List"/>.</summary>
    public VocabularySamplers Vocabulary { get; }

    /// <summary>The logits that biases and penalties changed.</summary>
    public LogitEdits Edits { get; } = new();

    /// <summary>A row of logits for those who change more than a few.</summary>
    public Span<float> Row => _row;

    /// <summary>The states of a grammar, shared by the requests that have it.</summary>
    public GrammarStates StatesOf(CompiledGrammar grammar)
    {
        int place = _grammars.FindIndex(s => ReferenceEquals(s.Compiled, grammar) && !s.Automaton.IsFull);
        GrammarStates states = place >= 0 ? _grammars[place] : new GrammarStates(grammar);
        if (place >= 0)
        {
            _grammars.RemoveAt(place);
        }
        else if (_grammars.Count == GrammarLimit)
        {
            _grammars.RemoveAt(0);
        }

        _grammars.Add(states);
        return states;
    }

    /// <summary>All tokens in order of their ids, for llama.cpp's samplers. They sort and cut the array, so it is filled anew each time.</summary>
    public llama_token_data_array FillNative(ReadOnlySpan<float> logits)
    {
        if (_native == null)
        {
            _native = (llama_token_data*)NativeMemory.Alloc((nuint)_vocabularySize, (nuint)sizeof(llama_token_data));
        }

        llama_token_data* data = _native;
        for (int i = 0; i < logits.Length; i++)
        {
            data[i].id = i;
            data[i].logit = logits[i];
            data[i].p = 0;
        }

        return new llama_token_data_array { data = data, size = (nuint)logits.Length, selected = -1, sorted = 0 };
    }

    public void Dispose()
    {
        NativeMemory.Free(_native);
        _native = null;
    }
}
