using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using LocalInference.Compare;
using LocalInference.Native;

namespace LocalInference.Parity.Replay;

/// <summary>
/// Has a program in C repeat each of an engine's calls while it runs, and compares the bits of all logits and of all states.
/// Used by the engine's thread; the result is to be read when the engine has ended.
/// </summary>
internal sealed unsafe class CallRepeater(ReplayProcess process) : IContextObserver
{
    private readonly Dictionary<string, int> _states = new(StringComparer.Ordinal);
    private byte[] _answer = new byte[process.VocabularySize * sizeof(float)];
    private CompareException? _failure;
    private ReplayReport _report = new();

    /// <summary>What was compared.</summary>
    /// <exception cref="CompareException">The program failed.</exception>
    public ReplayReport Report => _failure is null ? _report : throw _failure;

    public void Decoded(llama_context* context, llama_batch batch) => Repeat(() =>
    {
        process.Write(1, batch.n_tokens);
        for (int i = 0; i < batch.n_tokens; i++)
        {
            process.Write(batch.token[i], batch.pos[i], batch.seq_id[i][0], batch.logits[i]);
        }

        if (process.Read() is not 0 and int result)
        {
            throw new CompareException($"llama_decode answered {result} in the C program where it answered 0 in the engine (step {_report.Steps}).");
        }

        _report = _report with { Steps = _report.Steps + 1, LargestStep = Math.Max(_report.LargestStep, batch.n_tokens) };
        for (int i = 0; i < batch.n_tokens; i++)
        {
            if (batch.logits[i] != 0)
            {
                Span<byte> theirs = Answer(process.VocabularySize * sizeof(float));
                ReadOnlySpan<byte> ours = new(Llama.llama_get_logits_ith(context, i), theirs.Length);
                Compare(ours, theirs, $"step {_report.Steps} of {batch.n_tokens} rows, sequence {batch.seq_id[i][0]}, position {batch.pos[i]}");
            }
        }
    });

    public void Removed(int sequence, int from, int to) => Repeat(() => process.Write(2, sequence, from, to));

    public void Copied(int source, int destination, int from, int to) => Repeat(() => process.Write(3, source, destination, from, to));

    public void Cleared() => Repeat(() => process.Write(4));

    public void Saved(int sequence, ReadOnlySpan<byte> state)
    {
        byte[] ours = state.ToArray();
        Repeat(() =>
        {
            process.Write(5, sequence);
            Span<byte> theirs = Answer(process.Read());
            _report = _report with { States = _report.States + 1 };
            if (!theirs.SequenceEqual(ours))
            {
                _report = _report.Differing($"the state of sequence {sequence} after step {_report.Steps}: {theirs.Length} bytes of the C program, {ours.Length} of the engine");
            }

            // The last one of the same bytes is as good as an earlier one.
            _states[Key(ours)] = _report.States - 1;
        });
    }

    public void Restored(int sequence, ReadOnlySpan<byte> state)
    {
        string key = Key(state);
        Repeat(() =>
        {
            if (!_states.TryGetValue(key, out int number))
            {
                throw new CompareException($"After step {_report.Steps} the engine restored a state that it had not saved.");
            }

            process.Write(6, sequence, number);
            if (process.Read() != 1)
            {
                throw new CompareException($"The C program found no place for the state that the engine restored after step {_report.Steps}.");
            }

            _report = _report with { Restored = _report.Restored + 1 };
        });
    }

    private static string Key(ReadOnlySpan<byte> state) => Convert.ToHexString(SHA256.HashData(state));

    // What fails here must not end the engine's thread; the rest goes on unobserved.
    private void Repeat(Action call)
    {
        if (_failure is not null)
        {
            return;
        }

        try
        {
            call();
        }
        catch (CompareException e)
        {
            _failure = e;
        }
    }

    private Span<byte> Answer(int length)
    {
        if (_answer.Length < length)
        {
            _answer = new byte[length];
        }

        Span<byte> answer = _answer.AsSpan(0, length);
        process.Read(answer);
        return answer;
    }

    private void Compare(ReadOnlySpan<byte> ours, ReadOnlySpan<byte> theirs, string where)
    {
        _report = _report with { Rows = _report.Rows + 1 };
        if (!ours.SequenceEqual(theirs))
        {
            float[] difference = new float[ours.Length / sizeof(float)];
            TensorPrimitives.Subtract(MemoryMarshal.Cast<byte, float>(ours), MemoryMarshal.Cast<byte, float>(theirs), difference);
            _report = _report.Differing($"logits of {where}: by up to {TensorPrimitives.MaxMagnitude<float>(difference)}");
        }
    }
}
