using LocalInference.Native;

namespace LocalInference.Training.Tests.Tape;

public sealed unsafe class CrossEntropyTests
{
    private const int Width = 6;
    private const int Vocabulary = 40;

    private static readonly int[] s_targets = [3, 39, 0, 3, 17];
    private static readonly float[] s_weights = [1, 0.5f, 0, 2, 1];

    [Theory]
    [InlineData(100, 0f)]
    [InlineData(2, 0f)]
    [InlineData(1, 0f)]
    [InlineData(100, 0.9f)]
    [InlineData(2, 0.9f)]
    public void Its_gradient_is_that_of_the_weighted_sum(int block, float cap)
    {
        float[] x = GradientCheck.Random(Width * s_targets.Length, 1);
        float[] direction = GradientCheck.Random(x.Length, 2);
        float[] gradient = Run(x, block, cap).Gradient;

        double expected = gradient.Zip(direction, static (g, d) => (double)g * d).Sum();
        const double Step = 1e-2;
        double measured = (Loss(Step) - Loss(-Step)) / (2 * Step);

        Assert.InRange(measured / expected, 0.999, 1.001);

        double Loss(double step) => Run([.. x.Zip(direction, (v, d) => (float)(v + (step * d)))], block, cap).Losses.Zip(s_weights, static (l, w) => (double)l * w).Sum();
    }

    [Fact]
    public void A_masked_row_has_a_gradient_of_exactly_zero()
    {
        float[] gradient = Run(GradientCheck.Random(Width * s_targets.Length, 1), block: 100).Gradient;

        Assert.All(gradient[(2 * Width)..(3 * Width)], static g => Assert.Equal(0, g));
        Assert.DoesNotContain(0f, gradient[..(2 * Width)]);
    }

    [Fact]
    public void Blocks_give_the_same_bits()
    {
        float[] x = GradientCheck.Random(Width * s_targets.Length, 5);

        Assert.Equal(Run(x, 100).Losses, Run(x, 2).Losses);
        Assert.Equal(Run(x, 100).Gradient, Run(x, 2).Gradient);
    }

    [Fact]
    public void Equal_logits_cost_the_logarithm_of_the_vocabulary()
    {
        float[] losses = Run(new float[Width * s_targets.Length], block: 100).Losses;

        Assert.All(losses, static l => Assert.Equal(Math.Log(Vocabulary), l, 1e-6));
    }

    private static (float[] Losses, float[] Gradient) Run(float[] x, int block, float cap = 0)
    {
        using CpuBackend backend = new(threads: 2);
        using TapeRunner runner = new(backend);
        using Training.Tape tape = new(nodes: 400, gradients: true);
        ggml_tensor* losses = LeafTensors.Singles(2, s_targets.Length, new float[2 * s_targets.Length]);
        ggml_tensor* gradient = LeafTensors.Singles(Width, s_targets.Length, new float[x.Length]);
        Variable rows = tape.Tracked(LeafTensors.Singles(Width, s_targets.Length, x));
        Variable weight = Training.Tape.Constant(LeafTensors.Singles(Width, Vocabulary, GradientCheck.Random(Width * Vocabulary, 8)));
        Variable loss = tape.CrossEntropy(weight, null, rows, LeafTensors.Integers(s_targets), LeafTensors.Singles(s_weights.Length, 1, s_weights), block, cap);
        tape.Keep(loss.Tensor, losses);
        tape.Backward(loss);
        tape.Keep(rows.Gradient, gradient);
        runner.Run(tape);
        return ([.. HostTensors.Elements<float>(losses).ToArray().Where(static (_, i) => i % 2 == 1)], HostTensors.Elements<float>(gradient).ToArray());
    }
}
