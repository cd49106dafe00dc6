using LocalInference.Abstractions;
using LocalInference.Native;
using LocalInference.TestModels;

namespace LocalInference.Tests.Sampling;

public sealed class ManagedSamplerTests(VocabularyFixture vocabularies) : IClassFixture<VocabularyFixture>
{
    private const int ContextLength = 128;

    private static readonly SamplingOptions s_everything = new()
    {
        Seed = 3,
        RepeatPenalty = 1.1f,
        FrequencyPenalty = 0.2f,
        PresencePenalty = 0.1f,
        DryMultiplier = 0.8f,
        TopNSigma = 3,
        TypicalP = 0.95f,
        MinP = 0.01f,
        XtcProbability = 0.5f,
        DynamicTemperatureRange = 0.3f,
        LogitBias = new Dictionary<int, float> { [5] = 1, [9] = float.NegativeInfinity },
    };

    private static readonly string[] s_chains =
        ["everything", "no top-k", "top-p", "min-p", "typical", "dynamic temperature", "xtc", "nothing", "greedy", "mirostat 1", "mirostat 2"];

    private Tokenizer Tokenizer => vocabularies.Of(TestModelSpec.Qwen2 with { VocabularySize = 2000 });

    public static TheoryData<string> Chains => new(s_chains);

    private static SamplingOptions Options(string chain)
    {
        var off = new SamplingOptions { Seed = 3, TopK = 0, TopP = 1 };
        return chain switch
        {
            "everything" => s_everything,
            "no top-k" => s_everything with { TopK = 0 },
            "top-p" => off with { TopP = 0.9f },
            "min-p" => off with { MinP = 0.05f },
            "typical" => off with { TypicalP = 0.9f },
            "dynamic temperature" => off with { DynamicTemperatureRange = 0.5f },
            "xtc" => off with { XtcProbability = 1, XtcThreshold = 0.01f },
            "nothing" => off,
            "greedy" => s_everything with { Temperature = 0 },
            "mirostat 1" => off with { Mirostat = MirostatMode.Version1 },
            _ => off with { Mirostat = MirostatMode.Version2 },
        };
    }

    [Theory]
    [MemberData(nameof(Chains))]
    public void A_token_allocates_nothing(string chain)
    {
        using var buffer = new CandidateBuffer(Tokenizer.VocabularySize);
        var options = new GenerationOptions { Sampling = Options(chain), Grammar = "root ::= [a-z .,]*" };
        using var sampler = TokenSampler.Create(options, Tokenizer, ContextLength, buffer);
        float[][] rows = Rows(16);

        // The first tokens meet the grammar's states, each of which gets a mask once.
        Sample(sampler, rows, 200);

        // What the runtime allocates once, when it compiles anew what runs often, is none of a token's.
        Assert.Equal(0, Enumerable.Range(0, 5).Min(_ =>
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Sample(sampler, rows, 200);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }));
    }

    [Theory]
    [MemberData(nameof(Chains))]
    public void Requests_that_share_a_buffer_choose_as_if_alone(string chain)
    {
        using var buffer = new CandidateBuffer(Tokenizer.VocabularySize);
        float[][] rows = Rows(30);
        var options = new GenerationOptions { Sampling = Options(chain), Grammar = "root ::= [a-z]*" };
        using var alone = TokenSampler.Create(options, Tokenizer, ContextLength, buffer);
        int[] expected = [.. rows.Select(row => alone.Sample(row, LogitPeak.Of(row)))];

        using var one = TokenSampler.Create(options, Tokenizer, ContextLength, buffer);
        using var other = TokenSampler.Create(new() { Sampling = s_everything with { Seed = 8 } }, Tokenizer, ContextLength, buffer);
        int[] actual = [.. rows.Select(row =>
        {
            other.Sample(row, LogitPeak.Of(row));
            return one.Sample(row, LogitPeak.Of(row));
        })];

        Assert.Equal(expected, actual);
    }

    [Fact]
    public void Draws_follow_the_distribution()
    {
        const int Draws = 50_000;
        using var buffer = new CandidateBuffer(Tokenizer.VocabularySize);
        float[] row = [.. Enumerable.Repeat(float.NegativeInfinity, Tokenizer.VocabularySize)];
        double[] probabilities = [0.35, 0.25, 0.15, 0.1, 0.06, 0.04, 0.03, 0.015, 0.005];
        for (int i = 0; i < probabilities.Length; i++)
        {
            row[i * 7] = (float)Math.Log(probabilities[i]) + 4;
        }

        foreach (int topK in new[] { 0, 40 })
        {
            using var sampler = TokenSampler.Create(new() { Sampling = new() { Temperature = 1, TopK = topK, TopP = 1, Seed = 77 } }, Tokenizer, ContextLength, buffer);
            int[] counts = new int[row.Length];
            for (int i = 0; i < Draws; i++)
            {
                counts[sampler.Sample(row, LogitPeak.Of(row))]++;
            }

            // 26.1 is what 8 degrees of freedom exceed once in a thousand times; the seed makes it the same every time.
            double chiSquare = probabilities.Select((p, i) => Math.Pow(counts[i * 7] - (p * Draws), 2) / (p * Draws)).Sum();
            Assert.InRange(chiSquare, 0.5, 26.1);
            Assert.Equal(Draws, probabilities.Select((_, i) => counts[i * 7]).Sum());
        }
    }

    [Fact]
    public void Typical_sampling_takes_no_notice_of_tokens_that_cannot_come()
    {
        var rows = new SamplingRows(4);
        SamplingOptions options = new() { Temperature = 1, TopK = 0, TopP = 1, TypicalP = 0.7f, Seed = 12 };
        using var buffer = new CandidateBuffer(Tokenizer.VocabularySize);
        using var ours = TokenSampler.Create(new() { Sampling = options }, Tokenizer, ContextLength, buffer);
        using SamplerHandle theirs = NativeSamplerChain.Create(options, Tokenizer.Model, ContextLength, 12);
        for (int round = 0; round < 150; round++)
        {
            float[] row = rows.Next(Tokenizer.VocabularySize);
            for (int i = 1; i < row.Length; i += 3)
            {
                row[i] = float.NegativeInfinity;
            }

            float least = row.Max() - 30;
            for (int i = 0; i < row.Length; i++)
            {
                row[i] = row[i] < least ? float.NegativeInfinity : row[i];
            }

            Assert.Equal(ChooseAmongPossible(theirs, row), ours.Sample(row, LogitPeak.Of(row)));
        }
    }

    [Fact]
    public void A_row_in_which_options_forbid_everything_still_ends_in_a_token()
    {
        using var buffer = new CandidateBuffer(Tokenizer.VocabularySize);
        foreach (string chain in s_chains)
        {
            SamplingOptions options = Options(chain) with { LogitBias = Enumerable.Range(0, Tokenizer.VocabularySize).ToDictionary(t => t, _ => float.NegativeInfinity) };
            using var sampler = TokenSampler.Create(new() { Sampling = options }, Tokenizer, ContextLength, buffer);
            float[] row = Rows(1)[0];

            Assert.InRange(sampler.Sample(row, LogitPeak.Of(row)), 0, row.Length - 1);
        }
    }

    private static unsafe int ChooseAmongPossible(SamplerHandle chain, float[] row)
    {
        llama_token_data[] data = [.. row.Select((logit, id) => new llama_token_data { id = id, logit = logit }).Where(d => float.IsFinite(d.logit))];
        fixed (llama_token_data* pointer = data)
        {
            var array = new llama_token_data_array { data = pointer, size = (nuint)data.Length, selected = -1 };
            Llama.llama_sampler_apply(chain.Pointer, &array);
            return array.data[array.selected].id;
        }
    }

    private static void Sample(TokenSampler sampler, float[][] rows, int tokens)
    {
        for (int i = 0; i < tokens; i++)
        {
            float[] row = rows[i % rows.Length];
            sampler.Sample(row, LogitPeak.Of(row));
        }
    }

    private float[][] Rows(int count)
    {
        var rows = new SamplingRows(count);
        return [.. Enumerable.Range(0, count).Select(_ => rows.Next(Tokenizer.VocabularySize))];
    }
}
