using System.Globalization;
using System.Text;
using LocalInference.Gguf;
using LocalInference.Robustness.Tests.Mutations;
using LocalInference.Robustness.Tests.Running;
using LocalInference.TestModels;

namespace LocalInference.Robustness.Tests;

/// <summary>
/// Files over which llama.cpp v0.5.0 ended the process, hung or took all memory, each found by <see cref="MutatedFileTests"/> or in
/// its sources: they are refused, with the key or the tensor in the message.
/// </summary>
public sealed class RefusalTests(SeedModels seeds) : IClassFixture<SeedModels>
{
    private static readonly Dictionary<string, (string Model, string Named, Func<ModelImage, ModelImage> Edit)> s_cases = new(StringComparer.Ordinal)
    {
        ["no layers"] = ("tiny-llama", "llama.block_count is 0", Set("llama.block_count", 0u)),
        ["more layers than arrays have room for"] = ("tiny-phi3", "phi3.block_count is 513", Set("phi3.block_count", 513u)),
        ["nothing but prediction layers"] = ("tiny-qwen3", "nextn_predict_layers", Set("qwen3.nextn_predict_layers", 2u)),
        ["no width"] = ("tiny-llama", "llama.embedding_length is 0", Set("llama.embedding_length", 0u)),
        ["no context"] = ("tiny-llama", "llama.context_length is 0", Set("llama.context_length", 0u)),
        ["unknown pooling"] = ("tiny-bert", "bert.pooling_type is 7", Set("bert.pooling_type", 7u)),
        ["unknown RoPE scaling"] = ("tiny-llama", "rope.scaling.type is 'bent'", image => image.With(metadata => metadata.Set("llama.rope.scaling.type", "bent"))),
        ["negative epsilon"] = ("tiny-llama", "layer_norm_rms_epsilon is -1", Set("llama.attention.layer_norm_rms_epsilon", -1f)),
        ["epsilon that is no number"] = ("tiny-bert", "layer_norm_epsilon is NaN", Set("bert.attention.layer_norm_epsilon", float.NaN)),
        ["infinite RoPE base"] = ("tiny-llama", "rope.freq_base", Set("llama.rope.freq_base", float.PositiveInfinity)),
        ["experts used of none"] = ("tiny-llama", "llama.expert_used_count is 2 of 0", Set("llama.expert_used_count", 2u)),
        ["too many experts"] = ("tiny-llama", "llama.expert_count is 4000", Set("llama.expert_count", 4000u)),
        ["expert groups without experts"] = ("tiny-llama", "llama.expert_group_count is 3", Set("llama.expert_group_count", 3u)),
        ["no heads"] = ("tiny-gemma2", "gemma2.attention.head_count is 0", Set("gemma2.attention.head_count", 0u)),
        ["heads that cannot share"] = ("tiny-llama3", "llama.attention.head_count_kv is 3 for 4", Set("llama.attention.head_count_kv", 3u)),
        ["heads wider than the model"] = ("tiny-phi3", "phi3.attention.head_count of 512", Set("phi3.attention.head_count", 512u)),
        ["five heads of sixteen in sixty-four"] = ("tiny-qwen2", "qwen2.attention.head_count", Set("qwen2.attention.head_count", 5u)),
        ["keys of no length"] = ("tiny-qwen2", "qwen2.attention.key_length is 0", Set("qwen2.attention.key_length", 0u)),
        ["keys and values of two lengths"] = ("tiny-gemma", "gemma.attention.value_length is 16", Set("gemma.attention.value_length", 16u)),
        ["an odd rotation"] = ("tiny-gemma2", "gemma2.rope.dimension_count is 3", Set("gemma2.rope.dimension_count", 3u)),
        ["a rotation of nothing, which never ended"] = ("tiny-gemma3", "gemma3.rope.dimension_count is 0", Set("gemma3.rope.dimension_count", 0u)),
        ["a rotation beyond the head"] = ("tiny-phi3", "phi3.rope.dimension_count is 18", Set("phi3.rope.dimension_count", 18u)),
        ["a rotation of a part where all is assumed"] = ("tiny-qwen2", "qwen2.rope.dimension_count is 8", Set("qwen2.rope.dimension_count", 8u)),
        ["layers of different heads"] = ("tiny-gemma3", "layer 1 has 4 heads and 2", image => image.With(metadata => metadata.Set("gemma3.attention.head_count_kv", GgufArray.From<uint>([1, 2])))),
        ["a window for no layer"] = ("tiny-gemma3", "sliding_window_pattern leaves no layer", Set("gemma3.attention.sliding_window_pattern", 1u)),
        ["no projections"] = ("tiny-phi3", "blk.1.attn_qkv.weight is missing", image => image.With("blk.1.attn_qkv.weight", static _ => null)),
        ["integer weights"] = ("tiny-llama", "'blk.0.ffn_down.weight' is of type i32", Retype("blk.0.ffn_down.weight", GgufTensorType.I32)),
        ["double weights"] = ("tiny-gemma3", "'blk.1.attn_k.weight' is of type f64", Retype("blk.1.attn_k.weight", GgufTensorType.F64)),
        ["weights in a format of intermediate results"] = ("tiny-llama", "'blk.0.attn_v.weight' is of type q8_1", Retype("blk.0.attn_v.weight", GgufTensorType.Q8_1)),
        ["embeddings as integers"] = ("tiny-phi3", "'token_embd.weight' is of type i16", Retype("token_embd.weight", GgufTensorType.I16)),
        ["a quantized norm"] = ("tiny-qwen2", "'blk.1.ffn_norm.weight' is of type mxfp4", Retype("blk.1.ffn_norm.weight", GgufTensorType.MXFP4)),
        ["a half-precision bias"] = ("tiny-qwen2", "'blk.0.attn_q.bias' is of type f16", Retype("blk.0.attn_q.bias", GgufTensorType.F16)),
        ["data that is not aligned for mapping"] = ("tiny-llama", "starts at byte", image => image.With(metadata => metadata.Set("general.alignment", 8u).Set("general.name", "x"))),
        ["a token twice"] = ("tiny-bert", "the tokens 1 and 5", Token(5, 1)),
        ["a token that is another's after a NUL"] = ("tiny-gemma", "the tokens 3 and 7", image => image.With(metadata => metadata.Set(Tokens, Replace(image, 7, image.Metadata.GetArray(Tokens).GetString(3) + "\0more")))),
        ["a token with the name of an empty one"] = ("tiny-qwen2", "[EMPTY_9]", image => image.With(metadata => metadata.Set(Tokens, Replace(image.With(inner => inner.Set(Tokens, Replace(image, 9, ""))), 20, "[EMPTY_9]")))),
        ["no tokens"] = ("tiny-llama", "tokenizer.ggml.tokens is empty", image => image.With(metadata => metadata.Set(Tokens, GgufArray.FromStrings([])))),
        ["no tokenizer"] = ("tiny-llama", "names no tokenizer", image => image.With(metadata => metadata.Set("tokenizer.ggml.model", "none"))),
        ["a byte token in WordPiece"] = ("tiny-bert", "is a byte", image => image.With(metadata => metadata.Set("tokenizer.ggml.token_type", GgufArray.From<int>([.. Enumerable.Repeat(6, 400)])))),
        ["a missing byte token"] = ("tiny-llama", "no token <0x41>", image => image.With(metadata => metadata.Set(Tokens, GgufArray.FromStrings(image.Metadata.GetArray(Tokens).Select(static token => token.AsString() is "<0x41>" or "A" ? "gone" + token.AsString() : token.AsString()))))),
        ["tokens that grow with the cube of their length"] = ("tiny-llama", "has 6000 bytes", image => image.With(metadata => metadata.Set("tokenizer.ggml.model", "plamo2").Set(Tokens, Replace(image, 300, new string('ж', 3000))))),
        ["a text that never ends in RWKV's tokenizer"] = ("tiny-qwen2", "no token for the byte", image => image.With(metadata => metadata.Set("tokenizer.ggml.model", "rwkv"))),
        ["WordPiece without a beginning"] = ("tiny-bert", "seperator_token_id", image => image.With(metadata => metadata.Remove("tokenizer.ggml.seperator_token_id").Set(Tokens, GgufArray.FromStrings(Enumerable.Range(0, 102).Select(static i => $"t{i.ToString(CultureInfo.InvariantCulture)}"))))),
        ["a normalization table that leads out of itself"] = ("tiny-llama", "precompiled_charsmap leads to node", image => image.With(metadata => metadata.Set("tokenizer.ggml.model", "t5").Set("tokenizer.ggml.precompiled_charsmap", GgufArray.From<byte>([4, 0, 0, 0, 255, 255, 255, 255, 0])))),
        ["parts of a rotation without parts"] = ("tiny-llama", "rope.dimension_sections has no section", Architecture("qwen2vl")),
        ["experts by name only"] = ("tiny-llama", "llada-moe.expert_count is missing or 0", Architecture("llada-moe")),
        ["an adapter"] = ("tiny-llama", "is an adapter", image => image.With(static metadata => metadata.Set("general.type", "adapter"))),
        ["an image encoder"] = ("tiny-llama", "mmproj", image => image.With(static metadata => metadata.Set("general.architecture", "clip"))),
        ["an importance matrix"] = ("tiny-llama", "importance matrix", image => image.With(static metadata => metadata.Set("general.type", "imatrix"))),
        ["no architecture"] = ("tiny-llama", "general.architecture", image => image.With(static metadata => metadata.Remove("general.architecture"))),
    };

    private const string Tokens = "tokenizer.ggml.tokens";

    public static TheoryData<string> Cases => [.. s_cases.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task IsRefusedByName(string name)
    {
        (string model, string named, Func<ModelImage, ModelImage> edit) = s_cases[name];
        string path = Path.Combine(seeds.Folder, "refused.gguf");
        Assert.True(edit(ModelImage.Read(seeds.Path(model))).TryWrite(path));

        Verdict verdict = await seeds.Host.TryAsync(path);

        Assert.Equal(Outcome.Refused, verdict.Outcome);
        Assert.Contains("model_unsupported", verdict.Details, StringComparison.Ordinal);
        Assert.Contains(named, verdict.Details, StringComparison.Ordinal);
    }

    public static TheoryData<string> Models => [.. TestModelSpec.AllTiny.Select(static spec => spec.Name)];

    [Theory]
    [MemberData(nameof(Models))]
    public async Task UndamagedModelsPass(string model)
    {
        Verdict verdict = await seeds.Host.TryAsync(seeds.Path(model));

        // An encoder loads, and then has no text to continue.
        Assert.True(verdict.Outcome == Outcome.Ran || (verdict.Outcome == Outcome.Failed && verdict.Details.Contains("model_cannot_generate", StringComparison.Ordinal)), verdict.ToString());
    }

    [Theory]
    [InlineData("llama.rope.scaling.type", "longrope")]
    [InlineData("llama.unheard.of", "kept")]
    [InlineData("general.type", "model")]
    public async Task KeysThatHurtNobodyPass(string key, string value)
    {
        string path = Path.Combine(seeds.Folder, "passed.gguf");
        Assert.True(ModelImage.Read(seeds.Path("tiny-llama")).With(metadata => metadata.Set(key, value)).TryWrite(path));

        Verdict verdict = await seeds.Host.TryAsync(path);

        Assert.Equal(Outcome.Ran, verdict.Outcome);
    }

    /// <summary>Attention that looks ahead is no way to continue a text; llama_context::decode would assert a batch in one piece.</summary>
    [Fact]
    public async Task AttentionThatLooksAheadLoadsAndDoesNotGenerate()
    {
        string path = Path.Combine(seeds.Folder, "ahead.gguf");
        Assert.True(ModelImage.Read(seeds.Path("tiny-llama")).With(static metadata => metadata.Set("llama.attention.causal", value: false)).TryWrite(path));

        Verdict verdict = await seeds.Host.TryAsync(path);

        Assert.Equal(Outcome.Failed, verdict.Outcome);
        Assert.Contains("model_cannot_generate", verdict.Details, StringComparison.Ordinal);
    }

    private static Func<ModelImage, ModelImage> Set(string key, uint value) => image => image.With(metadata => metadata.Set(key, value));

    private static Func<ModelImage, ModelImage> Set(string key, float value) => image => image.With(metadata => metadata.Set(key, value));

    private static Func<ModelImage, ModelImage> Retype(string tensor, GgufTensorType type) => image => image.With(tensor, old => old with { Type = type });

    private static Func<ModelImage, ModelImage> Token(int place, int like) =>
        image => image.With(metadata => metadata.Set(Tokens, Replace(image, place, image.Metadata.GetArray(Tokens).GetString(like))));

    private static Func<ModelImage, ModelImage> Architecture(string name) =>
        image => ArchitectureEdits.Others(image).Single(edit => string.Equals(edit.Description, $"architecture {name}", StringComparison.Ordinal)).Apply(image);

    private static GgufArray Replace(ModelImage image, int place, string text) =>
        GgufArray.FromUtf8(image.Metadata.GetArray(Tokens).Select((token, i) => i == place ? (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(text) : token.Utf8));
}
