namespace LocalInference.Gguf.Tests.Tensors;

public sealed class GgufTensorTypeTests
{
    // Printed by a C program that was linked with libggml-base of llama.cpp v0.5.0 and called ggml_type_name,
    // ggml_blck_size and ggml_type_size for every number below GGML_TYPE_COUNT; removed types report 0 and are left out.
    private const int TypeCount = 43;

    public static TheoryData<int, string, int, int> Table => new()
    {
        { 0, "f32", 1, 4 }, { 1, "f16", 1, 2 }, { 2, "q4_0", 32, 18 }, { 3, "q4_1", 32, 20 }, { 6, "q5_0", 32, 22 },
        { 7, "q5_1", 32, 24 }, { 8, "q8_0", 32, 34 }, { 9, "q8_1", 32, 36 }, { 10, "q2_K", 256, 84 }, { 11, "q3_K", 256, 110 },
        { 12, "q4_K", 256, 144 }, { 13, "q5_K", 256, 176 }, { 14, "q6_K", 256, 210 }, { 15, "q8_K", 256, 292 },
        { 16, "iq2_xxs", 256, 66 }, { 17, "iq2_xs", 256, 74 }, { 18, "iq3_xxs", 256, 98 }, { 19, "iq1_s", 256, 50 },
        { 20, "iq4_nl", 32, 18 }, { 21, "iq3_s", 256, 110 }, { 22, "iq2_s", 256, 82 }, { 23, "iq4_xs", 256, 136 },
        { 24, "i8", 1, 1 }, { 25, "i16", 1, 2 }, { 26, "i32", 1, 4 }, { 27, "i64", 1, 8 }, { 28, "f64", 1, 8 },
        { 29, "iq1_m", 256, 56 }, { 30, "bf16", 1, 2 }, { 34, "tq1_0", 256, 54 }, { 35, "tq2_0", 256, 66 },
        { 39, "mxfp4", 32, 17 }, { 40, "nvfp4", 64, 36 }, { 41, "q1_0", 128, 18 }, { 42, "q2_0", 64, 18 },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Types_have_the_sizes_that_ggml_gives_them(int number, string name, int blockSize, int typeSize)
    {
        GgufTensorType type = (GgufTensorType)number;

        Assert.True(type.IsKnown);
        Assert.Equal(name, type.Name);
        Assert.Equal(blockSize, type.BlockSize);
        Assert.Equal(typeSize, type.TypeSize);
        Assert.Equal(blockSize > 1, type.IsQuantized);
        Assert.Equal(3L * typeSize, type.RowSize(3L * blockSize));
        Assert.Equal(name, type.ToString(), ignoreCase: true);
    }

    [Fact]
    public void No_other_number_is_a_type()
    {
        HashSet<int> known = [.. Table.Select(static row => (int)row[0])];
        for (int number = -1; number <= TypeCount + 1; number++)
        {
            Assert.Equal(known.Contains(number), ((GgufTensorType)number).IsKnown);
        }

        Assert.Equal(known.Count, Enum.GetValues<GgufTensorType>().Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => ((GgufTensorType)4).BlockSize);
    }

    [Fact]
    public void Rows_are_whole_blocks()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => GgufTensorType.Q4_K.RowSize(255));
        Assert.Throws<ArgumentOutOfRangeException>(() => GgufTensorType.F32.RowSize(-1));
        Assert.Throws<OverflowException>(() => GgufTensorType.F64.RowSize(long.MaxValue / 4));
    }
}
