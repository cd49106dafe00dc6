using System.Runtime.InteropServices;
using System.Security.Cryptography;
using LocalInference.Native;

namespace LocalInference.Parity.Rounding;

/// <summary>
/// Keeps all logits that an engine computes, by the tokens before them, which it follows from call to call. Told by the engine's
/// thread; <see cref="After"/> is callable from any.
/// </summary>
/// <param name="vocabularySize">Tokens in the model's vocabulary.</param>
internal sealed unsafe class LogitRecorder(int vocabularySize) : IContextObserver
{
    private readonly Lock _gate = new();
    private readonly Dictionary<int, SequenceTokens> _sequences = [];
    private readonly Dictionary<string, int[]> _states = new(StringComparer.Ordinal);
    private readonly Dictionary<string, LogitRow> _rows = new(StringComparer.Ordinal);

    /// <summary>The logits behind tokens; <see langword="null"/>: nobody asked for them. Of several the last.</summary>
    public LogitRow? After(ReadOnlySpan<int> tokens)
    {
        string key = Key(tokens);
        lock (_gate)
        {
            return _rows.GetValueOrDefault(key);
        }
    }

    public void Decoded(llama_context* context, llama_batch batch)
    {
        HashSet<SequenceTokens> computed = [];
        for (int i = 0; i < batch.n_tokens; i++)
        {
            SequenceTokens sequence = Of(batch.seq_id[i][0]);
            if (computed.Add(sequence))
            {
                sequence.CountStep();
            }

            sequence.Set(batch.pos[i], batch.token[i]);
            if (batch.logits[i] != 0)
            {
                float[] logits = new ReadOnlySpan<float>(Llama.llama_get_logits_ith(context, i), vocabularySize).ToArray();
                string key = Key([.. sequence.Tokens]);
                lock (_gate)
                {
                    _rows[key] = new LogitRow(logits, batch.n_tokens, sequence.Steps);
                }
            }
        }
    }

    public void Removed(int sequence, int from, int to) => Of(sequence).Remove(from, to);

    public void Copied(int source, int destination, int from, int to) => Of(destination).Copy(Of(source), from, to);

    public void Cleared() => _sequences.Clear();

    public void Saved(int sequence, ReadOnlySpan<byte> state) => _states[KeyOf(state)] = [.. Of(sequence).Tokens];

    public void Restored(int sequence, ReadOnlySpan<byte> state)
    {
        if (_states.TryGetValue(KeyOf(state), out int[]? tokens))
        {
            for (int i = 0; i < tokens.Length; i++)
            {
                Of(sequence).Set(i, tokens[i]);
            }
        }
    }

    private static string Key(ReadOnlySpan<int> tokens) => KeyOf(MemoryMarshal.AsBytes(tokens));

    private static string KeyOf(ReadOnlySpan<byte> bytes) => Convert.ToHexString(SHA256.HashData(bytes));

    private SequenceTokens Of(int id)
    {
        if (!_sequences.TryGetValue(id, out SequenceTokens? sequence))
        {
            sequence = new SequenceTokens();
            _sequences[id] = sequence;
        }

        return sequence;
    }
}
