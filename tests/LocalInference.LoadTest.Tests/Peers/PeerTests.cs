using LocalInference.LoadTest.Engine;
using LocalInference.LoadTest.Peers;

namespace LocalInference.LoadTest.Tests.Peers;

public sealed class PeerTests
{
    [Theory]
    [InlineData("shared=-np 8 -kvu", "shared", 0)]
    [InlineData("apart=-np 8 -no-kvu", "apart", 8)]
    [InlineData("also apart=-np 4", "also apart", 4)]
    [InlineData("as shipped=", "as shipped", 0)]
    public void A_variant_of_the_command_line_says_whether_its_slots_divide_the_context(string text, string name, int streams)
    {
        PeerVariant variant = PeerVariant.Parse(text);

        Assert.Equal(($"llama-server {name}", streams), (variant.Name, variant.StreamsOf));
    }

    [Fact]
    public void A_variant_without_a_name_is_refused() => Assert.Throws<LoadTestException>(() => PeerVariant.Parse("-np 8"));

    // As the two programs of v0.5.0 wrote it.
    [Fact]
    public void The_speed_of_llama_bench_is_read() =>
        Assert.Equal(143.25, PeerDecode.ReadBench("""[{"n_prompt": 0, "n_gen": 128, "avg_ts": 143.25, "samples_ts": [143.25]}]"""));

    [Fact]
    public void The_speed_of_llama_batched_bench_is_read_among_its_log()
    {
        const string Output = "load_backend: loaded\n{\"n_kv_max\": 1040, \"pp\": 1, \"tg\": 128, \"pl\": 8, \"speed_pp\": 90.5, \"t_tg\": 2.8, \"speed_tg\": 363.500000, \"speed\": 350.0}\n\nllama_perf_context_print:\n";

        Assert.Equal(363.5, PeerDecode.ReadBatchedBench(Output));
        Assert.Throws<LoadTestException>(() => PeerDecode.ReadBatchedBench("nothing"));
    }
}
