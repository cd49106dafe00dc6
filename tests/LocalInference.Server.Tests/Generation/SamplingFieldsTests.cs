using System.Net;
using LocalInference.Abstractions;
using LocalInference.Server.Generation;
using LocalInference.Server.Tests.Fakes;
using LocalInference.Testing;

namespace LocalInference.Server.Tests.Generation;

/// <summary>What llama-server's clients say of the samplers has the same effect wherever they say it.</summary>
public sealed class SamplingFieldsTests
{
    private const string Fields =
        """
        "temperature":0.1,"top_k":2,"top_p":0.3,"min_p":0.4,"typical_p":0.5,"top_n_sigma":0.6,"repeat_last_n":-1,"repeat_penalty":1.1,
        "presence_penalty":0.7,"frequency_penalty":0.8,"dynatemp_range":0.2,"dynatemp_exponent":1.5,"xtc_probability":0.9,"xtc_threshold":0.05,
        "min_keep":3,"dry_multiplier":0.11,"dry_base":2,"dry_allowed_length":4,"dry_penalty_last_n":-1,"dry_sequence_breakers":["x"],
        "mirostat":2,"mirostat_tau":4.5,"mirostat_eta":0.15,"logit_bias":{"3":1.5},"seed":5,"ignore_eos":true
        """;

    public static TheoryData<string, string> Bodies => new()
    {
        { "/v1/chat/completions", $$$"""{"model":"chat","messages":[{"role":"user","content":"x"}],{{{Fields}}}}""" },
        { "/v1/completions", $$"""{"model":"chat","prompt":"x",{{Fields}}}""" },
        { "/v1/responses", $$"""{"model":"chat","input":"x",{{Fields}}}""" },
        { "/completion", $$"""{"model":"chat","prompt":"x",{{Fields}}}""" },
        { "/infill", $$"""{"model":"chat","input_prefix":"x","input_suffix":"y",{{Fields}}}""" },
        { "/api/generate", $$"""{"model":"chat","prompt":"x","options":{ {{Fields}} } }""" },
    };

    /// <summary>What the bodies of these tests ask for.</summary>
    internal static SamplingOverrides Expected { get; } = new()
    {
        Temperature = 0.1f,
        TopK = 2,
        TopP = 0.3f,
        MinP = 0.4f,
        TypicalP = 0.5f,
        TopNSigma = 0.6f,
        PenaltyLastN = -1,
        RepeatPenalty = 1.1f,
        PresencePenalty = 0.7f,
        FrequencyPenalty = 0.8f,
        DynamicTemperatureRange = 0.2f,
        DynamicTemperatureExponent = 1.5f,
        XtcProbability = 0.9f,
        XtcThreshold = 0.05f,
        MinKeep = 3,
        DryMultiplier = 0.11f,
        DryBase = 2,
        DryAllowedLength = 4,
        DryPenaltyLastN = -1,
        Mirostat = MirostatMode.Version2,
        MirostatTau = 4.5f,
        MirostatEta = 0.15f,
        Seed = 5,
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Every_field_has_its_effect(string path, string body)
    {
        var generator = new ScriptedTextGenerator(ScriptedAnswer.Say("x"));
        await using LoopbackServer server = await LoopbackServer.StartAsync(generator);

        WireAnswer answer = await server.PostAsync(path, body);

        Assert.True(answer.Status == HttpStatusCode.OK, answer.Body);
        GenerationRequest request = Assert.Single(generator.Requests);
        SamplingOverrides sampling = request.Sampling;
        Assert.True(request.IgnoreEndOfGeneration);
        Assert.Equal(["x"], sampling.DrySequenceBreakers);
        Assert.Equal(1.5f, Assert.Single(sampling.LogitBias!).Value);
        Assert.Equal(
            Expected,
            sampling with { DrySequenceBreakers = null, LogitBias = null });
    }

    [Fact]
    public void Every_field_that_is_described_is_one_of_these() =>
        Assert.All(SamplingFields.Description.Split(' '), static field => Assert.Contains($"\"{field.Split(':')[0]}\":", Fields, StringComparison.Ordinal));

    [Theory]
    [InlineData("\"xtc_probability\":\"x\"", "xtc_probability must be a number")]
    [InlineData("\"min_keep\":1.5", "min_keep must be a whole number")]
    [InlineData("\"dry_sequence_breakers\":[1]", "dry_sequence_breakers[0] must be a text")]
    [InlineData("\"logit_bias\":{\"a\":1}", "logit_bias must be*")]
    [InlineData("\"ignore_eos\":1", "ignore_eos must be true or false")]
    public async Task A_field_of_another_type_is_refused(string field, string message)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new ScriptedTextGenerator());

        WireAnswer answer = await server.PostAsync("/v1/chat/completions", $$$"""{"model":"chat","messages":[{"role":"user","content":"x"}],{{{field}}}}""");

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.StartsWith(message.TrimEnd('*'), answer.Json.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }
}
