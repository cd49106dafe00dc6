using System.Collections;
using LocalInference.Gguf;
using LocalInference.Native;
using LocalInference.TestModels;
using LocalInference.Training.Tests.Models;

namespace LocalInference.Training.Tests.Checks;

/// <summary>Which transposed matrices a run gets, and that none is left behind.</summary>
public sealed unsafe class BackwardChoiceTests : IDisposable
{
    private static readonly TrainingOptions s_options = new() { Rank = 4 };

    private readonly TrainableModel _model = TrainableModel.Open(TrainingModels.FileOf(TestModelSpec.Llama with { Name = "choice-f16", WeightType = GgufTensorType.F16 }));
    private readonly LoraAdapter _adapter;
    private readonly CpuBackend _backend = new(threads: 1);

    public BackwardChoiceTests() => _adapter = new LoraAdapter(_model, s_options);

    public void Dispose()
    {
        _backend.Dispose();
        _adapter.Dispose();
        _model.Dispose();
    }

    [Theory]
    [InlineData(BackwardChoice.LeastCosine, BackwardPrecision.Q8)]
    [InlineData(1.1, BackwardPrecision.BF16)]
    public void Matrices_are_as_exact_as_their_gradient_has_to_be(double leastCosine, BackwardPrecision expected)
    {
        ggml_type type = expected == BackwardPrecision.Q8 ? ggml_type.GGML_TYPE_Q8_0 : ggml_type.GGML_TYPE_BF16;

        (TrainingEstimate chosen, TransposedWeights? copies) = Choice(leastCosine).Make(Need(BackwardPrecision.Q8), Need(BackwardPrecision.BF16), new Batches(static _ => { }), CancellationToken.None);
        using (copies)
        {
            Assert.Equal(expected, chosen.Backward);
            Assert.All(_model.Matrices, matrix => Assert.Equal(type, matrix.Transposed->type));
        }

        Assert.DoesNotContain(_model.Matrices, static matrix => matrix.Transposed != null);
    }

    [Fact]
    public void Where_more_exact_ones_do_not_fit_none_are_left()
    {
        (TrainingEstimate chosen, TransposedWeights? copies) = Choice(leastCosine: 1.1).Make(Need(BackwardPrecision.Q8), Need(BackwardPrecision.OnTheFly), new Batches(static _ => { }), CancellationToken.None);

        Assert.Null(copies);
        Assert.Equal(BackwardPrecision.OnTheFly, chosen.Backward);
        Assert.DoesNotContain(_model.Matrices, static matrix => matrix.Transposed != null);
    }

    [Fact]
    public void What_stands_for_nothing_else_is_not_compared()
    {
        TrainingEstimate need = Need(BackwardPrecision.Q8);

        (TrainingEstimate chosen, TransposedWeights? copies) = Choice(leastCosine: 1.1).Make(need, fallback: null, new Batches(static _ => Assert.Fail("A batch was read.")), CancellationToken.None);
        using (copies)
        {
            Assert.Same(need, chosen);
            Assert.All(_model.Matrices, static matrix => Assert.Equal(ggml_type.GGML_TYPE_Q8_0, matrix.Transposed->type));
        }
    }

    // The exact gradient takes whole matrices, unpacked, which a run with copies never needs again.
    [Fact]
    public void What_was_compared_keeps_no_memory()
    {
        List<TapeRunner> runners = [];
        BackwardChoice choice = new(_model, Open, _adapter.Parameters, s_options, threads: 1);

        using (choice.Make(Need(BackwardPrecision.Q8), Need(BackwardPrecision.BF16), new Batches(static _ => { }), CancellationToken.None).Copies)
        {
            Assert.Equal(2, runners.Count);
            Assert.All(runners, static runner => Assert.Throws<ObjectDisposedException>(() => runner.Run(null!)));
        }

        ModelPass Open()
        {
            runners.Add(new TapeRunner(_backend));
            return new ModelPass(_model, runners[^1], checkpoint: true);
        }
    }

    [Fact]
    public void Where_it_is_cancelled_no_matrix_is_left()
    {
        using CancellationTokenSource cancellation = new();
        bool wereMade = false;
        Batches batches = new(read =>
        {
            // The exact gradient is known, and that through the matrices is asked for.
            if (read == 2)
            {
                wereMade = _model.Matrices.All(static matrix => matrix.Transposed != null);
                cancellation.Cancel();
            }
        });

        Assert.ThrowsAny<OperationCanceledException>(() => Choice(BackwardChoice.LeastCosine).Make(Need(BackwardPrecision.Q8), Need(BackwardPrecision.BF16), batches, cancellation.Token));

        Assert.True(wereMade);
        Assert.DoesNotContain(_model.Matrices, static matrix => matrix.Transposed != null);
    }

    private TrainingEstimate Need(BackwardPrecision backward) =>
        TrainingModels.Need(_model, s_options with { Backward = backward }, PreparedSamples.Of(TrainingModels.Samples(512, 30, 20), _model.Shape, maxLength: 512)).Estimate();

    private BackwardChoice Choice(double leastCosine) =>
        new(_model, () => TrainingModels.Pass(_model, _backend), _adapter.Parameters, s_options, threads: 1, leastCosine);

    // One batch, which tells how often it was read.
    private sealed class Batches(Action<int> read) : IReadOnlyList<TrainingSample[]>
    {
        private readonly TrainingSample[] _batch = TrainingModels.Samples(512, 30, 20);
        private int _reads;

        public int Count => 1;

        public TrainingSample[] this[int index]
        {
            get
            {
                read(++_reads);
                return _batch;
            }
        }

        public IEnumerator<TrainingSample[]> GetEnumerator() => Enumerable.Repeat(_batch, Count).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
