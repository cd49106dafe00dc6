namespace LocalInference.Training.Tests.Tape;

/// <summary>Every operation's gradient against finite differences.</summary>
public sealed unsafe class OperationGradientTests
{
    private const double Limit = 1e-3;

    [Fact]
    public void Add() => Check(static (t, x) => t.Add(x[0], x[1]), (5, 3), (5, 3));

    [Fact]
    public void Add_of_a_value_to_itself() => Check(static (t, x) => t.Add(x[0], x[0]), (5, 3));

    [Fact]
    public void Add_vector() => Check(static (t, x) => t.AddVector(x[0], x[1]), (5, 3), (5, 1));

    [Fact]
    public void Multiply_vector() => Check(static (t, x) => t.MultiplyVector(x[0], x[1]), (5, 3), (5, 1));

    [Fact]
    public void Multiply_vector_of_heads() => Check(static (t, x) => t.MultiplyVector(t.SplitHeads(x[0], 3), x[1]), (12, 5), (4, 1));

    [Fact]
    public void SwiGlu() => Check(static (t, x) => t.SwiGlu(x[0], x[1]), (7, 4), (7, 4));

    [Fact]
    public void GeGlu() => Check(static (t, x) => t.GeGlu(x[0], x[1]), (7, 4), (7, 4));

    [Fact]
    public void GeGlu_far_from_zero() => Check(static (t, x) => t.GeGlu(t.Scale(x[0], 3), x[1]), (7, 4), (7, 4));

    [Fact]
    public void Scale() => Check(static (t, x) => t.Scale(x[0], 3), (5, 3));

    [Theory]
    [InlineData(0.7f)]
    [InlineData(30f)]
    public void Soft_cap(float cap) => Check((t, x) => t.SoftCap(x[0], cap), (5, 3));

    [Fact]
    public void Split() => Check(
        static (t, x) =>
        {
            Variable[] parts = t.Split(x[0], [3, 1, 3]);
            return t.Add(t.SwiGlu(parts[0], parts[2]), t.Linear(Training.Tape.Constant(LeafTensors.Singles(1, 3, [1, 2, 3])), null, parts[1]));
        },
        (7, 4));

    [Fact]
    public void Rms_norm() => Check(static (t, x) => t.RmsNorm(x[0], 1e-5f), (16, 3));

    [Fact]
    public void Dropout() => Check(static (t, x) => t.Dropout(x[0], 0.4f, 9), (16, 8));

    [Fact]
    public void Linear() => Check(static (t, x) => t.Linear(x[0], null, x[1]), (6, 5), (6, 4));

    [Fact]
    public void Linear_with_a_transposed_matrix()
    {
        float[] values = GradientCheck.Random(6 * 5, 3);
        float[] transposed = [.. Enumerable.Range(0, 30).Select(i => values[(i % 5 * 6) + (i / 5)])];
        Check((t, x) => t.Linear(Training.Tape.Constant(LeafTensors.Singles(6, 5, values)), LeafTensors.Singles(5, 6, transposed), x[0]), (6, 4));
    }

    [Fact]
    public void Low_rank() => Check(static (t, x) => t.LowRank(x[0], x[1], x[2], 0.7f), (6, 5), (6, 2), (9, 2));

    [Fact]
    public void Take_rows() => Check(static (t, x) => t.TakeRows(x[0], LeafTensors.Integers(4, 0, 4, 2)), (6, 5));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Rope(bool isNeox)
    {
        RopeSettings rope = new() { Dimensions = 8, IsNeox = isNeox, FrequencyBase = 10000, FrequencyScale = 0.5f };
        Check((t, x) => t.Rope(t.SplitHeads(x[0], 2), LeafTensors.Integers(0, 1, 2, 7), rope), (16, 4));
    }

    [Fact]
    public void Rope_of_a_part_of_the_head()
    {
        RopeSettings rope = new() { Dimensions = 4, IsNeox = true, FrequencyBase = 10000, FrequencyScale = 1 };
        Check((t, x) => t.Rope(t.SplitHeads(x[0], 2), LeafTensors.Integers(0, 1, 2, 7), rope), (16, 4));
    }

    [Fact]
    public void Rope_with_divisors_of_frequencies_and_a_factor()
    {
        RopeSettings rope = new()
        {
            Dimensions = 8,
            IsNeox = true,
            FrequencyBase = 10000,
            FrequencyScale = 1,
            Factors = new RopeFactors(new Weight("rope_factors_long.weight", LeafTensors.Singles(4, 1, [1, 1.5f, 3, 9])), 1.19f),
        };
        Check((t, x) => t.Rope(t.SplitHeads(x[0], 2), LeafTensors.Integers(0, 1, 2, 7), rope), (16, 4));
    }

    [Theory]
    [InlineData(2, 2, 100)]
    [InlineData(4, 2, 100)]
    [InlineData(4, 1, 4)]
    [InlineData(4, 2, 3)]
    [InlineData(2, 2, 1)]
    public void Attention(int heads, int keyHeads, int queryBlock) => Check(
        (t, x) => t.Attention(t.SplitHeads(x[0], heads), t.SplitHeads(x[1], keyHeads), t.SplitHeads(x[2], keyHeads), [new(0, 7), new(7, 1), new(8, 4)], new(0.5f), queryBlock),
        (8 * heads, 12),
        (8 * keyHeads, 12),
        (8 * keyHeads, 12));

    [Theory]
    [InlineData(0f, 3, 100)]
    [InlineData(0f, 3, 2)]
    [InlineData(0f, 2, 3)]
    [InlineData(0.8f, 0, 100)]
    [InlineData(0.8f, 0, 3)]
    [InlineData(0.8f, 4, 3)]
    public void Attention_under_a_cap_and_in_a_window(float cap, int window, int queryBlock) => Check(
        (t, x) => t.Attention(t.SplitHeads(x[0], 4), t.SplitHeads(x[1], 2), t.SplitHeads(x[2], 2), [new(0, 7), new(7, 1), new(8, 4)], new(0.5f, cap, window), queryBlock),
        (32, 12),
        (16, 12),
        (16, 12));

    private static void Check(Func<Training.Tape, Variable[], Variable> build, params (int Columns, int Rows)[] shapes)
    {
        double error = GradientCheck.Worst(build, shapes);

        Assert.True(error <= Limit, $"relative error {error:G3}");
    }
}
