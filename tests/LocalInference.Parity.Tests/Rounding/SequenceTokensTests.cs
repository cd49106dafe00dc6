using LocalInference.Parity.Rounding;

namespace LocalInference.Parity.Tests.Rounding;

public sealed class SequenceTokensTests
{
    [Fact]
    public void A_sequence_is_cut_where_llama_cpp_cuts_it()
    {
        SequenceTokens sequence = Of(10, 11, 12, 13);
        sequence.Remove(3, -1);
        Assert.Equal([10, 11, 12], sequence.Tokens);

        sequence.Remove(-1, -1);
        Assert.Empty(sequence.Tokens);
    }

    [Fact]
    public void A_range_goes_over_to_another_sequence_at_its_own_positions()
    {
        SequenceTokens spare = new();
        spare.Copy(Of(10, 11, 12, 13), 2, -1);
        SequenceTokens sequence = Of(10, 11);

        sequence.Copy(spare, 2, 3);

        Assert.Equal([10, 11, 12], sequence.Tokens);
    }

    [Fact]
    public void Steps_are_counted_until_nothing_is_left()
    {
        SequenceTokens sequence = Of(10);
        sequence.CountStep();
        sequence.CountStep();
        Assert.Equal(2, sequence.Steps);

        sequence.Remove(0, -1);
        Assert.Equal(0, sequence.Steps);
    }

    private static SequenceTokens Of(params int[] tokens)
    {
        SequenceTokens sequence = new();
        for (int i = 0; i < tokens.Length; i++)
        {
            sequence.Set(i, tokens[i]);
        }

        return sequence;
    }
}
