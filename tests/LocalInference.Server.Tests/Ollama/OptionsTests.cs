using System.Net;
using LocalInference.Abstractions;
using LocalInference.Server.Tests.Fakes;
using LocalInference.Server.Tests.Generation;
using LocalInference.Testing;

namespace LocalInference.Server.Tests.Ollama;

public sealed class OptionsTests
{
    [Fact]
    public async Task Every_option_has_its_effect()
    {
        GenerationRequest request = await AskAsync(
            """
            {"num_predict":7,"num_ctx":1000000,"seed":5,"stop":["a","b"],"ignore_eos":true,"temperature":0.1,"top_k":2,"top_p":0.3,"min_p":0.4,
            "typical_p":0.5,"top_n_sigma":0.6,"repeat_last_n":-1,"repeat_penalty":1.1,"presence_penalty":0.7,"frequency_penalty":0.8,
            "dynatemp_range":0.2,"dynatemp_exponent":1.5,"xtc_probability":0.9,"xtc_threshold":0.05,"min_keep":3,"dry_multiplier":0.11,"dry_base":2,
            "dry_allowed_length":4,"dry_penalty_last_n":5,"dry_sequence_breakers":["x"],"mirostat":2,"mirostat_tau":4.5,"mirostat_eta":0.15,
            "logit_bias":{"3":1.5,"4":-100},"num_keep":4,"num_batch":512,"num_gpu":-1,"main_gpu":0,"num_thread":8,"use_mmap":true,"tfs_z":1,"unknown":"x"}
            """);

        Assert.Equal((7, 4096, true), (request.MaxTokens, request.ContextLength, request.IgnoreEndOfGeneration));
        Assert.Equal(["a", "b"], request.StopSequences);
        SamplingOverrides sampling = request.Sampling;
        Assert.Equal(["x"], sampling.DrySequenceBreakers);
        Assert.Equal(1.5f, sampling.LogitBias![3]);
        Assert.Equal(float.NegativeInfinity, sampling.LogitBias![4]);
        Assert.Equal(
            SamplingFieldsTests.Expected with { DryPenaltyLastN = 5 },
            sampling with { DrySequenceBreakers = null, LogitBias = null });
    }

    [Theory]
    [InlineData("3000000000", 3000000000u)]
    [InlineData("4294967301", 5u)]
    public async Task A_seed_may_have_more_bits_than_are_used(string seed, uint used) =>
        Assert.Equal(used, (await AskAsync($$"""{"seed":{{seed}}}""")).Sampling.Seed);

    [Fact]
    public async Task Negative_numbers_are_no_limits_fractions_are_cut_and_null_is_nothing()
    {
        GenerationRequest request = await AskAsync("""{"num_predict":-1,"seed":-1,"top_k":40.9,"num_ctx":0,"temperature":null,"logit_bias":[[1,false]]}""");

        Assert.Null(request.MaxTokens);
        Assert.Null(request.ContextLength);
        Assert.Equal((null, 40, null), (request.Sampling.Seed, request.Sampling.TopK, request.Sampling.Temperature));
        Assert.Equal(float.NegativeInfinity, request.Sampling.LogitBias![1]);
    }

    [Fact]
    public async Task Empty_stop_texts_are_passed_over()
    {
        Assert.Equal(["a"], (await AskAsync("""{"stop":["","a",""]}""")).StopSequences);
        Assert.Empty((await AskAsync("""{"stop":[""]}""")).StopSequences);
    }

    [Theory]
    [InlineData("num_ctx", "\"4k\"", "option \"num_ctx\" must be of type integer")]
    [InlineData("stop", "\"x\"", "option \"stop\" must be of type array of strings")]
    [InlineData("stop", "[1]", "option \"stop\" must be of type array of strings")]
    [InlineData("temperature", "true", "option \"temperature\" must be of type float32")]
    [InlineData("temperature", "1e300", "option \"temperature\" must be of type float32")]
    [InlineData("use_mmap", "1", "option \"use_mmap\" must be of type boolean")]
    [InlineData("num_thread", "[]", "option \"num_thread\" must be of type integer")]
    [InlineData("mirostat", "3", "option \"mirostat\" must be 0, 1 or 2")]
    [InlineData("logit_bias", "{\"a\":1}", "options.logit_bias must be an object of token ids and numbers, or an array of such pairs")]
    public async Task A_wrong_type_is_a_mistake_of_the_caller(string option, string value, string error)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator());

        WireAnswer answer = await server.PostAsync("/api/generate", $$$"""{"model":"chat","prompt":"x","options":{"{{{option}}}":{{{value}}}}}""");

        Assert.Equal((HttpStatusCode.BadRequest, error), (answer.Status, answer.Error));
    }

    private static async Task<GenerationRequest> AskAsync(string options)
    {
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Say("x"));
        await using LoopbackServer server = await LoopbackServer.StartAsync(generator);
        WireAnswer answer = await server.PostAsync("/api/generate", $$"""{"model":"chat","prompt":"x","options":{{options}}}""");
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        return Assert.Single(generator.Requests);
    }
}
