using System.Text.RegularExpressions;
using LocalInference.Abstractions;
using LocalInference.TestModels;

namespace LocalInference.Tests.Sampling;

[Collection(ModelTests.Name)]
public sealed class SamplingTests(ModelFixture fixture)
{
    private static readonly SamplingOptions s_wide = new() { Temperature = 1, TopK = 0, TopP = 1, Seed = 11 };

    private static readonly Regex s_placeOrToken = new(@"\(at \d+:\d+\)|<no-such-token>", RegexOptions.None, TimeSpan.FromSeconds(1));

    public static TheoryData<string> EverySampler => new(
        "TopK", "TopP", "MinP", "TypicalP", "TopNSigma", "Xtc", "Dry", "Repeat", "Frequency", "Presence", "Bias", "DynamicTemperature", "Mirostat1", "Mirostat2");

    private static SamplingOptions With(string sampler) => sampler switch
    {
        "TopK" => s_wide with { TopK = 2 },
        "TopP" => s_wide with { TopP = 0.02f },
        "MinP" => s_wide with { MinP = 0.9f },
        "TypicalP" => s_wide with { TypicalP = 0.05f },
        "TopNSigma" => s_wide with { TopNSigma = 0.5f },
        "Xtc" => s_wide with { XtcProbability = 1, XtcThreshold = 0.001f },
        "Dry" => s_wide with { Temperature = 0.01f, DryMultiplier = 5, DryAllowedLength = 1, DrySequenceBreakers = [] },
        "Repeat" => s_wide with { Temperature = 0.01f, RepeatPenalty = 3 },
        "Frequency" => s_wide with { Temperature = 0.01f, FrequencyPenalty = 5 },
        "Presence" => s_wide with { Temperature = 0.01f, PresencePenalty = 5 },
        "Bias" => s_wide with { LogitBias = new Dictionary<int, float> { [42] = 100 } },
        "DynamicTemperature" => s_wide with { Temperature = 1, DynamicTemperatureRange = 0.9f },
        "Mirostat1" => s_wide with { Mirostat = MirostatMode.Version1, MirostatTau = 1 },
        "Mirostat2" => s_wide with { Mirostat = MirostatMode.Version2, MirostatTau = 1 },
        _ => throw new ArgumentOutOfRangeException(nameof(sampler)),
    };

    [Theory]
    [MemberData(nameof(EverySampler))]
    public async Task Each_sampler_changes_the_choice_and_keeps_to_its_seed(string sampler)
    {
        SamplingOptions options = With(sampler);
        SamplingOptions off = s_wide with { Temperature = options.Temperature };

        int[] tokens = await Run(options);

        Assert.Equal(tokens, await Run(options));
        Assert.NotEqual(await Run(off), tokens);
    }

    [Theory]
    [MemberData(nameof(EverySampler))]
    public async Task Llama_cpps_own_samplers_choose_the_same_tokens(string sampler)
    {
        SamplingOptions options = With(sampler);

        Assert.Equal(await Run(options with { UseNativeSamplers = true }), await Run(options));
    }

    [Fact]
    public async Task Llama_cpps_own_grammar_gives_the_same_text()
    {
        foreach (SamplingOptions sampling in new[] { SamplingOptions.Greedy, s_wide, SamplingOptions.Default with { Seed = 5 } })
        {
            Assert.Equal(await Write(sampling with { UseNativeSamplers = true }), await Write(sampling));
        }

        // On a model of its own, as in Run.
        async Task<string> Write(SamplingOptions sampling)
        {
            await using LocalModel model = await LocalModel.LoadAsync(fixture.FileOf(TestModelSpec.Llama), new() { Threads = 1, Parallel = 1 });
            return await model.GenerateAsync("abc", new() { Grammar = "root ::= [a-z]+ (\", \" [0-9]{1,5})* \"!\"", MaxTokens = 60, Sampling = sampling }).Text();
        }
    }

    [Fact]
    public async Task A_grammar_that_can_be_read_in_too_many_ways_fails_its_request_only()
    {
        LocalModel model = await fixture.ModelOf(TestModelSpec.Llama);
        int letter = Enumerable.Range(0, model.Tokenizer.VocabularySize).First(t => model.Tokenizer.GetBytes(t).AsSpan().SequenceEqual("a"u8));
        var options = new GenerationOptions
        {
            // After n letters there are 2^n ways to go on.
            Grammar = "root ::= \"a\" root \"b\" | \"a\" root \"c\" | \"a\"",
            MaxTokens = 40,
            Sampling = SamplingOptions.Greedy with { LogitBias = new Dictionary<int, float> { [letter] = 1000 } },
        };

        GenerationException e = await Assert.ThrowsAsync<GenerationException>(() => model.GenerateAsync("abc", options).Tokens());

        Assert.Equal("grammar_ambiguous", e.Code);
        Assert.Single(await model.GenerateAsync("abc", Generations.Greedy(1)).Tokens());
    }

    [Fact]
    public async Task A_bias_forces_and_negative_infinity_forbids()
    {
        int[] free = await Run(SamplingOptions.Greedy);

        int[] forced = await Run(SamplingOptions.Greedy with { LogitBias = new Dictionary<int, float> { [77] = 1000 } });
        int[] forbidden = await Run(SamplingOptions.Greedy with { LogitBias = new Dictionary<int, float> { [free[0]] = float.NegativeInfinity } });

        Assert.All(forced, token => Assert.Equal(77, token));
        Assert.DoesNotContain(free[0], forbidden);
    }

    [Fact]
    public async Task One_candidate_is_the_greedy_one() =>
        Assert.Equal(await Run(SamplingOptions.Greedy), await Run(s_wide with { TopK = 1, Temperature = 2 }));

    [Theory]
    [InlineData("root ::= [a-c]{3,9} \"!\"", "^[a-c]{3,9}!$")]
    [InlineData("root ::= (\"yes\" | \"no\") \" \" num\nnum ::= [0-9]{1,4}", "^(yes|no) [0-9]{1,4}$")]
    [InlineData("root ::= \"ñ\" [α-ω]{2,4} \"😀\"", "^ñ[α-ω]{2,4}😀$")]
    public async Task Text_follows_the_grammar(string grammar, string pattern)
    {
        foreach (TestModelSpec spec in new[] { TestModelSpec.Llama, TestModelSpec.Qwen2 })
        {
            LocalModel model = await fixture.ModelOf(spec);
            foreach (SamplingOptions sampling in new[] { SamplingOptions.Greedy, s_wide, s_wide with { RepeatPenalty = 1.2f } })
            {
                List<GenerationUpdate> updates = await model.GenerateAsync("abc", new() { Grammar = grammar, Sampling = sampling, MaxTokens = 200 }).Collect();

                Assert.Equal(FinishReason.EndOfGeneration, updates[^1].FinishReason);
                Assert.Matches(new Regex(pattern, RegexOptions.None, TimeSpan.FromSeconds(1)), string.Concat(updates.Select(u => u.Text)));
            }
        }
    }

    [Theory]
    [InlineData("root ::= [a-c")]
    [InlineData("not a grammar")]
    [InlineData("root ::= missing")]
    [InlineData("root ::= root \"a\"")]
    [InlineData("root ::= <no-such-token>")]
    [InlineData("root ::= \"a\\0\"\0")]
    public async Task A_grammar_that_does_not_parse_is_refused_and_the_engine_lives(string grammar)
    {
        LocalModel model = await fixture.ModelOf(TestModelSpec.Llama);

        GenerationException e = await Assert.ThrowsAsync<GenerationException>(() => model.GenerateAsync("abc", new() { Grammar = grammar }).Tokens());

        Assert.Equal("grammar_invalid", e.Code);
        Assert.Matches(s_placeOrToken, e.Message);
        Assert.Single(await model.GenerateAsync("abc", Generations.Greedy(1)).Tokens());
    }

    [Fact]
    public async Task A_grammar_that_would_overflow_a_stack_is_refused_before_it_is_queued()
    {
        LocalModel model = await fixture.ModelOf(TestModelSpec.Llama);
        (string Grammar, string Code)[] refused =
        [
            ("", "invalid_option"),
            (" ", "invalid_option"),
            ("root ::= " + new string('a', 300_000), "invalid_option"),
            ("root ::= " + new string('(', 100_000), "grammar_invalid"),
        ];

        Assert.All(refused, r => Assert.Equal(
            r.Code, Assert.Throws<GenerationException>(() => { model.GenerateAsync("abc", new() { Grammar = r.Grammar }); }).Code));

        // At the limits the engine's own stack suffices.
        string nested = "root ::= " + new string('(', 500) + "\"a\"" + new string(')', 500);
        string chain = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"r{i}::=r{i + 1}\n"))[..250_000];
        chain = "root::=r0\n" + chain[..(chain.LastIndexOf('\n') + 1)];
        chain += chain.Split("::=")[^1].Trim() + "::=\"a\"\n";
        foreach (string grammar in new[] { nested, chain, "root ::= [()\"]{2} \"((\" # (((" })
        {
            Assert.NotEmpty(await model.GenerateAsync("abc", new() { Grammar = grammar, MaxTokens = 3 }).Tokens());
        }
    }

    [Fact]
    public async Task Log_probabilities_are_the_models_own()
    {
        LocalModel model = await fixture.ModelOf(TestModelSpec.Qwen2);
        var options = new GenerationOptions { MaxTokens = 5, LogProbabilities = 3, IgnoreEndOfGeneration = true, Sampling = SamplingOptions.Greedy };

        List<GenerationUpdate> updates = await model.GenerateAsync("abc", options).Collect();

        Assert.All(updates[..^1], u =>
        {
            Assert.Equal(3, u.TopLogProbabilities.Count);
            Assert.Equal(u.Token, u.TopLogProbabilities[0].Token);
            Assert.Equal(u.LogProbability!.Value, u.TopLogProbabilities[0].LogProbability, 1e-5f);
            Assert.True(u.LogProbability <= 0);
            Assert.Equal(u.TopLogProbabilities.OrderByDescending(t => t.LogProbability), u.TopLogProbabilities);
        });
    }

    [Fact]
    public void Log_probabilities_equal_a_softmax_in_double_precision()
    {
        var random = new Random(3);
        for (int round = 0; round < 100; round++)
        {
            float[] logits = [.. Enumerable.Range(0, 300).Select(_ => (float)((random.NextDouble() * 60) - 30))];
            double max = logits.Max();
            double logSum = Math.Log(logits.Sum(l => Math.Exp(l - max)));
            int token = random.Next(logits.Length);

            (float chosen, TokenLogProbability[] top) = new LogProbabilities(logits.Length, 20).Of(logits, token);

            Assert.Equal(logits[token] - max - logSum, chosen, 1e-4);
            Assert.Equal(logits.OrderByDescending(l => l).Take(20).Select(l => Array.IndexOf(logits, l)), top.Select(t => t.Token));
            Assert.All(top, t => Assert.Equal(logits[t.Token] - max - logSum, t.LogProbability, 1e-4));
        }
    }

    [Fact]
    public async Task Options_out_of_range_are_refused_by_name_and_value()
    {
        LocalModel model = await fixture.ModelOf(TestModelSpec.Llama);
        foreach ((SamplingOptions options, string name) in new (SamplingOptions, string)[]
        {
            (new() { Temperature = float.NaN }, "Temperature"),
            (new() { TopP = 1.5f }, "TopP"),
            (new() { TopP = -0.1f }, "TopP"),
            (new() { MinP = float.NaN }, "MinP"),
            (new() { TypicalP = 2 }, "TypicalP"),
            (new() { RepeatPenalty = 0 }, "RepeatPenalty"),
            (new() { RepeatPenalty = float.PositiveInfinity }, "RepeatPenalty"),
            (new() { FrequencyPenalty = float.NaN }, "FrequencyPenalty"),
            (new() { PenaltyLastN = -2 }, "PenaltyLastN"),
            (new() { DryBase = 0.5f }, "DryBase"),
            (new() { DrySequenceBreakers = [""] }, "DrySequenceBreakers"),
            (new() { DrySequenceBreakers = [.. Enumerable.Repeat("x", 33)] }, "DrySequenceBreakers"),
            (new() { XtcThreshold = 1.1f }, "XtcThreshold"),
            (new() { Mirostat = (MirostatMode)3 }, "Mirostat"),
            (new() { LogitBias = new Dictionary<int, float> { [1_000_000] = 1 } }, "LogitBias"),
            (new() { LogitBias = new Dictionary<int, float> { [1] = float.NaN } }, "LogitBias"),
        })
        {
            GenerationException e = Assert.Throws<GenerationException>(() => { model.GenerateAsync("abc", new() { Sampling = options }); });
            Assert.Equal("invalid_option", e.Code);
            Assert.Contains(name, e.Message, StringComparison.Ordinal);
            Assert.NotNull(e.Value);
        }

        Assert.Throws<GenerationException>(() => { model.GenerateAsync("abc", new() { MaxTokens = -1 }); });
        Assert.Throws<GenerationException>(() => { model.GenerateAsync("abc", new() { LogProbabilities = 21 }); });
        Assert.Throws<GenerationException>(() => { model.GenerateAsync("abc", new() { StopSequences = [""] }); });
    }

    [Fact]
    public async Task Stop_sequences_end_the_text_before_them()
    {
        LocalModel model = await fixture.ModelOf(TestModelSpec.Qwen2);
        string whole = await model.GenerateAsync("abc", Generations.Greedy(60)).Text();
        for (int start = 1; start + 4 < whole.Length; start += 3)
        {
            string stop = whole.Substring(start, 4);
            if (stop.Any(c => c == '\uFFFD' || char.IsSurrogate(c)))
            {
                continue;
            }

            List<GenerationUpdate> updates = await model.GenerateAsync("abc", Generations.Greedy(60) with { StopSequences = [stop] }).Collect();

            Assert.Equal(FinishReason.StopSequence, updates[^1].FinishReason);
            Assert.Equal(whole[..whole.IndexOf(stop, StringComparison.Ordinal)], string.Concat(updates.Select(u => u.Text)));
        }
    }

    /// <summary>On a model of its own, with one thread: the same calls then give the same bits, which cells at other places do not.</summary>
    private async Task<int[]> Run(SamplingOptions options)
    {
        await using LocalModel model = await LocalModel.LoadAsync(fixture.FileOf(TestModelSpec.Qwen2), new() { Threads = 1, Parallel = 1 });
        return await model.GenerateAsync("a b c a b c a b", new() { MaxTokens = 24, IgnoreEndOfGeneration = true, Sampling = options }).Tokens();
    }
}
