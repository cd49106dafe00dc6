using LocalInference.Native;

namespace LocalInference.Training.Tests.Tape;

/// <summary>Products in managed code against sums in double precision, at sizes that fill tiles and blocks and that do not.</summary>
public sealed unsafe class ProductTests
{
    [Theory]
    [InlineData(6, 16, 256)]
    [InlineData(1, 1, 1)]
    [InlineData(7, 17, 3)]
    [InlineData(125, 33, 300)]
    [InlineData(16, 1040, 17)]
    [InlineData(5, 2100, 513)]
    public void Every_form_is_the_sum_that_it_says(int rows, int columns, int depth)
    {
        float[] left = GradientCheck.Random(rows * depth, 1);
        float[] right = GradientCheck.Random(columns * depth, 2);
        double[] expected = new double[rows * columns];
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                for (int k = 0; k < depth; k++)
                {
                    expected[(row * columns) + column] += (double)left[(row * depth) + k] * right[(column * depth) + k];
                }
            }
        }

        float[] acrossLeft = Transposed(left, rows, depth);
        float[] acrossRight = Transposed(right, columns, depth);
        foreach (int threads in (int[])[1, 2, 3])
        {
            AssertClose(expected, Run(left, depth, rows, right, depth, columns, new ProductKernel(false, false, 1), columns, rows, threads), depth);
            AssertClose(expected, Run(left, depth, rows, acrossRight, columns, depth, new ProductKernel(false, true, 1), columns, rows, threads), depth);
            AssertClose(expected, Run(acrossLeft, rows, depth, acrossRight, columns, depth, new ProductKernel(true, true, 1), columns, rows, threads), depth);
        }
    }

    [Fact]
    public void Threads_change_nothing()
    {
        float[] left = GradientCheck.Random(130 * 300, 1);
        float[] right = GradientCheck.Random(600 * 300, 2);
        ProductKernel kernel = new(false, false, 0.3f);

        float[] one = Run(left, 300, 130, right, 300, 600, kernel, 600, 130, 1);

        Assert.Equal(one, Run(left, 300, 130, right, 300, 600, kernel, 600, 130, 2));
        Assert.Equal(one, Run(left, 300, 130, right, 300, 600, kernel, 600, 130, 3));
    }

    private static void AssertClose(double[] expected, float[] actual, int depth)
    {
        double limit = 1e-6 * Math.Sqrt(depth) * 4;
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - actual[i]) <= limit, $"{i}: {actual[i]} is not {expected[i]}");
        }
    }

    private static float[] Transposed(float[] values, int rows, int columns) =>
        [.. Enumerable.Range(0, values.Length).Select(i => values[(i % rows * columns) + (i / rows)])];

    private static float[] Run(float[] left, int leftColumns, int leftRows, float[] right, int rightColumns, int rightRows, ProductKernel kernel, int columns, int rows, int threads)
    {
        using CpuBackend backend = new(threads);
        using TapeRunner runner = new(backend);
        using Training.Tape tape = new(10, gradients: false);
        using HostTensors result = new(HostTensors.Size(ggml_type.GGML_TYPE_F32, columns, rows), 1);
        ggml_tensor* kept = result.Add(ggml_type.GGML_TYPE_F32, columns, rows);
        tape.Keep(tape.Product(LeafTensors.Singles(leftColumns, leftRows, left), LeafTensors.Singles(rightColumns, rightRows, right), kernel, columns, rows, 1), kept);
        runner.Run(tape);
        return HostTensors.Elements<float>(kept).ToArray();
    }
}
