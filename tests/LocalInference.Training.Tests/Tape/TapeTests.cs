using LocalInference.Native;

namespace LocalInference.Training.Tests.Tape;

public sealed unsafe class TapeTests
{
    [Fact]
    public void Shapes_that_do_not_fit_are_refused_before_ggml_sees_them()
    {
        NativeRuntime.Get();
        using Training.Tape tape = new(nodes: 100, gradients: true);
        Variable a = tape.Tracked(LeafTensors.Singles(3, 2, new float[6]));
        Variable b = tape.Tracked(LeafTensors.Singles(2, 3, new float[6]));

        Assert.Throws<InvalidOperationException>(() => tape.Add(a, b));
        Assert.Throws<InvalidOperationException>(() => tape.Linear(a, null, b));
        Assert.Throws<InvalidOperationException>(() => tape.SwiGlu(a, b));
        Assert.Throws<InvalidOperationException>(() => tape.GeGlu(a, b));
        Assert.Throws<InvalidOperationException>(() => tape.Split(a, [1, 1]));
        Assert.Throws<InvalidOperationException>(() => tape.AddVector(a, b));
        Assert.Throws<InvalidOperationException>(() => tape.LowRank(a, b, b, 1));
        Assert.Throws<InvalidOperationException>(() => tape.SplitHeads(a, 2));
        Assert.Throws<InvalidOperationException>(() => tape.TakeRows(a, b.Tensor));
        Assert.Throws<InvalidOperationException>(() => tape.Backward(a, b.Tensor));
    }

    [Fact]
    public void A_tape_that_is_full_says_so()
    {
        NativeRuntime.Get();
        using Training.Tape tape = new(nodes: 10, gradients: false);
        Variable x = Training.Tape.Constant(LeafTensors.Singles(3, 2, new float[6]));

        Assert.Throws<InvalidOperationException>(() =>
        {
            for (int i = 0; i < 1000; i++)
            {
                x = tape.Add(x, x);
            }
        });
    }

    [Fact]
    public void Parameters_add_up_gradients_over_tapes()
    {
        using CpuBackend backend = new(threads: 1);
        using TapeRunner runner = new(backend);
        using ParameterSet parameters = new([new("w", 2, 1)]);
        for (int i = 0; i < 3; i++)
        {
            using Training.Tape tape = new(nodes: 20, gradients: true);
            Variable w = tape.Use(parameters.All[0]);
            tape.Backward(tape.Add(w, w), LeafTensors.Singles(2, 1, [1, 10]));
            runner.Run(tape);
        }

        Assert.Equal([6, 60], parameters.All[0].Gradients.ToArray());
    }

    [Fact]
    public void Dropout_drops_its_share_and_keeps_the_sum()
    {
        const int Count = 100_000;
        using CpuBackend backend = new(threads: 2);
        using TapeRunner runner = new(backend);
        using Training.Tape tape = new(nodes: 20, gradients: false);
        float[] ones = new float[Count];
        Array.Fill(ones, 1);
        ggml_tensor* result = LeafTensors.Singles(1000, Count / 1000, ones);
        tape.Keep(tape.Dropout(Training.Tape.Constant(LeafTensors.Singles(1000, Count / 1000, ones)), 0.25f, 42).Tensor, result);
        runner.Run(tape);

        float[] values = HostTensors.Elements<float>(result).ToArray();
        Assert.InRange(values.Count(static v => v == 0) / (double)Count, 0.245, 0.255);
        Assert.InRange(values.Average(), 0.99, 1.01);
    }
}
