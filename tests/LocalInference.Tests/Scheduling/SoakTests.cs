using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using LocalInference.Abstractions;
using LocalInference.TestModels;

namespace LocalInference.Tests.Scheduling;

/// <summary>
/// Everything at once, at random, for as long as <c>LOCALINFERENCE_SOAK</c> says in seconds; 60 under <c>LOCALINFERENCE_CI</c>,
/// otherwise 10. The full bar is 900.
/// </summary>
[Collection(ModelTests.Name)]
public sealed class SoakTests : IDisposable
{
    private const int Readers = 16;

    // From here on a run is long enough for everything to happen at least once.
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(60);

    // A request may wait behind all others and for a slow machine; one that takes longer is stuck.
    private static readonly TimeSpan s_stuck = TimeSpan.FromSeconds(90);

    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-soak-").FullName;
    private readonly ModelFixture _fixture;
    private readonly ConcurrentQueue<string> _faults = new();
    private readonly Slot[] _slots;
    private long _ended;
    private int _loads;
    private long _preemptions;
    private long _parks;
    private int _adapterSwaps;
    private int _modelSwaps;

    public SoakTests(ModelFixture fixture)
    {
        _fixture = fixture;
        _slots =
        [
            new(TestModelSpec.Llama, SpeculationMode.Off),
            new(TestModelSpec.Qwen2, SpeculationMode.PromptLookup),
            new(TestModelSpec.Llama, SpeculationMode.DraftModel),
            new(TestModelSpec.Mamba, SpeculationMode.Off),
        ];
        foreach (TestModelSpec spec in _slots.Where(static s => s.TakesAdapters).Select(static s => s.Spec).Distinct())
        {
            for (ulong seed = 0; seed < 2; seed++)
            {
                TestAdapter.Write(AdapterPath(spec, (int)seed), spec, seed);
            }
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Requests_readers_adapters_and_models_come_and_go_at_random()
    {
        TimeSpan duration = Duration();
        foreach (Slot slot in _slots)
        {
            slot.Model = await Load(slot);
        }

        using var stop = new CancellationTokenSource(duration);
        var watch = Stopwatch.StartNew();
        long settled = 0;
        Task[] tasks =
        [
            .. Enumerable.Range(0, Readers).Select(i => Task.Run(() => ReadAsync(new Random(i), stop.Token))),
            Task.Run(() => SwapAdaptersAsync(new Random(100), stop.Token)),
            Task.Run(() => SwapModelsAsync(new Random(200), stop.Token)),
        ];
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(500);
            if (settled == 0 && watch.Elapsed > duration * 0.4)
            {
                settled = Memory();
            }
        }

        await Task.WhenAll(tasks).WaitAsync(s_stuck);
        long grown = Memory() - settled;
        foreach (Slot slot in _slots)
        {
            await RetireAsync(slot.Model!);
        }

        Assert.True(_faults.IsEmpty, string.Join(Environment.NewLine, _faults));
        Assert.True(_ended > 10 * duration.TotalSeconds / Readers, $"{_ended} requests ended");
        Assert.True(
            duration < s_long || (_preemptions > 0 && _parks > 0 && _adapterSwaps > 0 && _modelSwaps > 0),
            $"{_preemptions} preemptions, {_parks} parks, {_adapterSwaps} adapters and {_modelSwaps} models swapped");

        // Budgets for prefixes are 4 MB for each model, and the heap of a process that allocates at random breathes.
        Assert.InRange(grown, long.MinValue, 100L << 20);
    }

    private static TimeSpan Duration()
    {
        string? seconds = Environment.GetEnvironmentVariable("LOCALINFERENCE_SOAK");
        bool isCi = Environment.GetEnvironmentVariable("LOCALINFERENCE_CI") == "1";
        return TimeSpan.FromSeconds(seconds is null ? (isCi ? 60 : 10) : double.Parse(seconds, CultureInfo.InvariantCulture));
    }

    private async Task ReadAsync(Random random, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            Slot slot = _slots[random.Next(_slots.Length)];
            LocalModel model = slot.Model!;
            using var cancel = CancellationTokenSource.CreateLinkedTokenSource(stop);
            bool cancels = random.Next(5) == 0;
            if (cancels)
            {
                cancel.CancelAfter(random.Next(200));
            }

            try
            {
                Task request = random.Next(20) == 0 ? SaveAndLoadAsync(model, random) : RequestAsync(model, slot, random, cancel.Token);
                await request.WaitAsync(s_stuck, CancellationToken.None);
            }
            catch (OperationCanceledException) when (cancels || stop.IsCancellationRequested)
            {
            }
            catch (ObjectDisposedException) when (slot.Model != model || stop.IsCancellationRequested)
            {
            }
            catch (AdapterException e) when (e.Code == "adapter_unknown")
            {
            }
            catch (Exception e) when (e is BusyException or ContextLengthException)
            {
            }
            catch (Exception e)
            {
                _faults.Enqueue($"{slot.Spec.Name}: {e}");
            }

            Interlocked.Increment(ref _ended);
        }
    }

    private static async Task RequestAsync(LocalModel model, Slot slot, Random random, CancellationToken cancellationToken)
    {
        // Some have more tokens than a reader may be behind, and a reader that does not read for a while.
        bool isLong = random.Next(6) == 0;
        int[] prompt = [.. Prompts.Of(random.Next(4), random.Next(1, 150)), .. Prompts.Of(random.Next(1000), random.Next(1, 60))];
        GenerationOptions options = new()
        {
            MaxTokens = isLong ? random.Next(400, 600) : random.Next(1, 80),
            IgnoreEndOfGeneration = isLong || random.Next(2) == 0,
            Sampling = random.Next(3) switch
            {
                0 => SamplingOptions.Greedy,
                1 => SamplingOptions.Default with { Seed = (uint)random.Next() },
                _ => new SamplingOptions { Temperature = 1, TopP = 0.9f, MinP = 0.05f, RepeatPenalty = 1.1f, DryMultiplier = 0.5f },
            },
            Grammar = !isLong && random.Next(8) == 0 ? "root ::= [a-z ]+" : null,
            LogProbabilities = random.Next(6) == 0 ? 3 : null,
            StopSequences = !isLong && random.Next(4) == 0 ? ["e", "th"] : [],
            Adapters = slot.TakesAdapters && random.Next(3) == 0 ? [new($"a{random.Next(2)}", random.Next(1, 3))] : [],
            KeepOnOverflow = isLong || random.Next(2) == 0 ? 8 : null,
            ContextLength = random.Next(4) == 0 ? 128 : null,
            Priority = (RequestPriority)random.Next(3),
            Caller = $"c{random.Next(3)}",
        };
        int slow = random.Next(6) == 0 ? random.Next(30) : 0;
        int leaveAfter = random.Next(8) == 0 ? random.Next(1, 20) : int.MaxValue;
        int seen = 0;
        bool finished = false;
        await foreach (GenerationUpdate update in model.GenerateAsync(prompt, options, cancellationToken))
        {
            finished |= update.FinishReason is not null;
            if (++seen == leaveAfter)
            {
                return;
            }

            if (isLong && seen == 1)
            {
                await PauseAsync(model, random, cancellationToken);
            }

            if (slow > 0 && seen % 10 == 0)
            {
                await Task.Delay(slow, CancellationToken.None);
            }
        }

        if (!finished)
        {
            throw new InvalidOperationException("A request ended without a reason");
        }
    }

    // Until somebody of the model is parked, which is most likely this reader's request, and some more, so that others want its cells.
    private static async Task PauseAsync(LocalModel model, Random random, CancellationToken cancellationToken)
    {
        long parks = model.Engine.Counters.Parks;
        for (int i = 0; i < 50 && model.Engine.Counters.Parks == parks && !cancellationToken.IsCancellationRequested; i++)
        {
            await Task.Delay(50, CancellationToken.None);
        }

        await Task.Delay(random.Next(500), CancellationToken.None);
    }

    private static async Task SaveAndLoadAsync(LocalModel model, Random random)
    {
        using var stream = new MemoryStream();
        await model.SavePrefixAsync(Prompts.Of(random.Next(4), 100), stream);
        stream.Position = 0;
        await model.LoadPrefixAsync(stream);
    }

    private async Task SwapAdaptersAsync(Random random, CancellationToken stop)
    {
        Slot[] slots = Array.FindAll(_slots, static s => s.TakesAdapters);
        while (!stop.IsCancellationRequested)
        {
            Slot slot = slots[random.Next(slots.Length)];
            LocalModel model = slot.Model!;
            int number = random.Next(2);
            try
            {
                if (random.Next(3) == 0)
                {
                    model.UnloadAdapter($"a{number}");
                }
                else
                {
                    await model.LoadAdapterAsync(AdapterPath(slot.Spec, random.Next(2)), $"a{number}", CancellationToken.None);
                }

                _adapterSwaps++;
            }
            catch (ObjectDisposedException) when (slot.Model != model)
            {
            }
            catch (Exception e)
            {
                _faults.Enqueue($"adapter of {slot.Spec.Name}: {e}");
            }

            await Task.Delay(random.Next(100), CancellationToken.None);
        }
    }

    private async Task SwapModelsAsync(Random random, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            Slot slot = _slots[random.Next(_slots.Length)];
            try
            {
                LocalModel next = await Load(slot);
                LocalModel old = slot.Model!;
                slot.Model = next;
                await RetireAsync(old);
                _modelSwaps++;
            }
            catch (Exception e)
            {
                _faults.Enqueue($"swap of {slot.Spec.Name}: {e}");
            }

            await Task.Delay(random.Next(1500), CancellationToken.None);
        }
    }

    private async Task RetireAsync(LocalModel model)
    {
        await model.DisposeAsync().AsTask().WaitAsync(s_stuck);
        EngineCounters counters = model.Engine.Counters;
        _preemptions += counters.Preemptions;
        _parks += counters.Parks;
        if (counters.CacheMismatches != 0)
        {
            _faults.Enqueue($"{model.Info.Name}: {counters}");
        }
    }

    private async Task<LocalModel> Load(Slot slot)
    {
        bool isUnified = Interlocked.Increment(ref _loads) % 3 != 0;
        LocalModel model = await LocalModel.LoadAsync(_fixture.FileOf(slot.Spec), new()
        {
            ContextLength = 256,
            UnifiedCache = isUnified,
            CacheLength = isUnified ? 700 : null,
            Parallel = 4,
            QueueLimit = 8,
            PrefixCacheBytes = 4 << 20,
            PrefixCacheDiskBytes = 4 << 20,
            PrefixCacheDirectory = _folder,
            Speculation = slot.Speculation,
            DraftModelPath = slot.Speculation == SpeculationMode.DraftModel ? _fixture.FileOf(slot.Spec) : null,
        });
        model.Engine.VerifiesCache = true;
        return model;
    }

    private static long Memory()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Environment.WorkingSet;
    }

    private string AdapterPath(TestModelSpec spec, int number) => Path.Combine(_folder, $"{spec.Name}-{number}.gguf");

    private sealed class Slot(TestModelSpec spec, SpeculationMode speculation)
    {
        private volatile LocalModel? _model;

        public TestModelSpec Spec { get; } = spec;

        public SpeculationMode Speculation { get; } = speculation;

        public bool TakesAdapters => Spec != TestModelSpec.Mamba;

        public LocalModel? Model
        {
            get => _model;
            set => _model = value;
        }
    }
}
