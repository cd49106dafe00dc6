using LocalInference.Compare;
using LocalInference.LoadTest.CommandLine;
using LocalInference.LoadTest.Report;
using LocalInference.LoadTest.Requests;
using LocalInference.LoadTest.Targets;

namespace LocalInference.LoadTest.Engine;

/// <summary>Rounds of the engine and of llama.cpp's programs, each going first in every other one.</summary>
internal sealed class EngineRounds(ModelSetup setup, int tokens, string peers, string libraries, TextWriter progress)
{
    private static readonly int[] s_sequences = [1, 8];

    private readonly DateTimeOffset _started = TimeProvider.System.GetUtcNow();
    private readonly List<double>[] _ours = [[], []];
    private readonly List<double>[] _theirs = [[], []];
    private readonly List<CancelResult> _cancel = [];
    private readonly List<double> _evicted = [];
    private readonly List<double> _allocated = [];
    private readonly List<double?> _reader = [];
    private readonly List<double?> _busy = [];

    /// <exception cref="LoadTestException">A program is missing, or the machine is busy and that was not allowed.</exception>
    public async Task RunAsync(int round, bool strict, CancellationToken cancellationToken)
    {
        double? busy = await IdleCheck.BusyCoresAsync();
        _busy.Add(busy);
        if (IdleCheck.IsBusy(busy))
        {
            string warning = $"Others keep {busy:0.00} cores busy: figures of a busy machine prove nothing.";
            await (strict ? throw new LoadTestException(warning) : progress.WriteLineAsync(warning));
        }

        await progress.WriteLineAsync($"engine: round {round + 1}");
        if (round % 2 == 0)
        {
            await OurTurnAsync(round, cancellationToken);
            await TheirTurnAsync();
        }
        else
        {
            await TheirTurnAsync();
            await OurTurnAsync(round, cancellationToken);
        }
    }

    public EngineReport Report()
    {
        DecodeResult[] decode = [.. s_sequences.Select((sequences, i) => new DecodeResult(sequences, PeerDecode.Program(sequences), _ours[i], _theirs[i]))];
        return new EngineReport
        {
            Started = _started,
            Machine = MachineFacts.Read(),
            Model = Path.GetFileName(setup.Path),
            Threads = setup.Threads,
            Libraries = SharedLibraries.Hash(libraries),
            BusyCores = _busy,
            Idle = !_busy.Any(IdleCheck.IsBusy),
            Decode = decode,
            Cancel = _cancel,
            FirstTokenAfterEvictionMs = _evicted,
            AllocatedPerToken = _allocated,
            ReaderMicrosecondsPerToken = _reader,
            Bars = EngineCommand.Bars(decode, _cancel, _allocated),
        };
    }

    private async Task OurTurnAsync(int round, CancellationToken cancellationToken)
    {
        _evicted.Add(await EvictionMeasurement.FirstTokenMsAsync(setup, cancellationToken));
        await using InProcessTarget target = (InProcessTarget)await setup.LoadAsync(cancellationToken);
        await target.WarmUpAsync(cancellationToken);
        EngineMeasurement measurement = new(target, new PromptSource(round, target.VocabularySize));
        for (int i = 0; i < s_sequences.Length; i++)
        {
            // Once for nothing: what .NET compiles and the engine keeps between answers is the same for both sides' programs.
            await measurement.DecodeAsync(s_sequences[i], tokens, cancellationToken);
            (double speed, double allocated, double? reader) = await measurement.DecodeAsync(s_sequences[i], tokens, cancellationToken);
            _ours[i].Add(speed);
            if (s_sequences[i] == 1)
            {
                _allocated.Add(allocated);
                _reader.Add(reader);
            }
        }

        _cancel.Add(await measurement.CancelAsync(setup.Slots, cancellationToken));
    }

    private async Task TheirTurnAsync()
    {
        for (int i = 0; i < s_sequences.Length; i++)
        {
            _theirs[i].Add(await PeerDecode.MeasureAsync(peers, libraries, setup.Path, setup.Threads, s_sequences[i], tokens));
        }
    }
}
