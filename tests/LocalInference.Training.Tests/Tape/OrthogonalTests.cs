using LocalInference.Native;

namespace LocalInference.Training.Tests.Tape;

/// <summary>What must hold of an odd polynomial of a matrix U·Σ·Vᵀ that brings every singular value near 1.</summary>
public sealed unsafe class OrthogonalTests
{
    [Theory]
    [InlineData(24, 24)]
    [InlineData(40, 12)]
    [InlineData(9, 70)]
    public void Singular_values_come_near_one_and_directions_stay(int columns, int rows)
    {
        float[] x = GradientCheck.Random(columns * rows, 3);
        float norm = MathF.Sqrt(x.Sum(static v => v * v));
        x = [.. x.Select(v => v / norm)];

        float[] one = Run(x, columns, rows, threads: 1);

        // The squares of the singular values, of which there are as many as the shorter side has elements, add up to this.
        int count = Math.Min(columns, rows);
        Assert.InRange(one.Sum(static v => (double)v * v), 0.5 * count, 1.4 * count);

        // XᵀO = V·Σ·p(Σ)·Vᵀ: symmetric, and with nothing below zero on its diagonal.
        for (int i = 0; i < columns; i++)
        {
            Assert.True(Across(i, i) >= 0);
            for (int j = 0; j < i; j++)
            {
                Assert.Equal(Across(i, j), Across(j, i), 1e-4);
            }
        }

        Assert.Equal(one, Run(x, columns, rows, threads: 2));

        double Across(int i, int j) => Enumerable.Range(0, rows).Sum(row => (double)x[(row * columns) + i] * one[(row * columns) + j]);
    }

    private static float[] Run(float[] matrix, int columns, int rows, int threads)
    {
        using CpuBackend backend = new(threads);
        using TapeRunner runner = new(backend);
        using Training.Tape tape = new(Training.Tape.OrthogonalNodes, gradients: false);
        ggml_tensor* tensor = LeafTensors.Singles(columns, rows, matrix);
        tape.Keep(tape.Orthogonal(tensor), tensor);
        runner.Run(tape);
        return HostTensors.Elements<float>(tensor).ToArray();
    }
}
