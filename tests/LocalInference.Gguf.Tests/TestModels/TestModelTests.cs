using System.Security.Cryptography;
using LocalInference.TestModels;

namespace LocalInference.Gguf.Tests.TestModels;

/// <summary>The test models are themselves; that llama.cpp runs them is for the engine's tests to say.</summary>
public sealed class TestModelTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public static TheoryData<string> Presets => [.. TestModelSpec.AllTiny.Select(static spec => spec.Name)];

    [Theory]
    [MemberData(nameof(Presets))]
    public void Presets_are_whole_models(string name)
    {
        TestModelSpec spec = TestModelSpec.AllTiny.Single(preset => string.Equals(preset.Name, name, StringComparison.Ordinal));
        using GgufFile file = GgufFile.Open(TestModel.WriteTo(_folder.FullPath, spec));
        GgufModelDescription description = file.Describe();
        TestVocabulary vocabulary = TestModel.Vocabulary(spec);

        Assert.Equal(spec.Architecture.ToString(), description.Architecture, ignoreCase: true);
        Assert.Equal(spec.VocabularySize, vocabulary.Tokens.Count);
        Assert.Equal(spec.VocabularySize, file.Metadata.GetArray("tokenizer.ggml.tokens").Count);
        Assert.Equal(spec.VocabularySize, file.FindTensor("token_embd.weight")!.Dimensions[1]);
        Assert.Equal(spec.VocabularySize, vocabulary.Tokens.Select(static token => token.Text).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(spec.ChatTemplate != TestChatTemplate.None, description.ChatTemplate is not null);
        Assert.All(file.Tensors, tensor => AssertFinite(file, tensor));
    }

    [Fact]
    public void A_spec_gives_the_same_bytes_on_every_machine()
    {
        string path = TestModel.WriteTo(_folder.FullPath, TestModelSpec.Llama);
        using FileStream stream = File.OpenRead(path);

        Assert.Equal("d992fd36a74e9b53c6ed2fba234dc31636e2851d557f1e06c8c8f1b13b808a0e", Convert.ToHexStringLower(SHA256.HashData(stream)));
    }

    [Fact]
    public void Another_seed_gives_other_weights_of_the_same_shape()
    {
        byte[] one = File.ReadAllBytes(TestModel.WriteTo(_folder.FullPath, TestModelSpec.Llama));
        byte[] other = File.ReadAllBytes(TestModel.WriteTo(_folder.FullPath, TestModelSpec.Llama with { Seed = 2 }));

        Assert.Equal(one.Length, other.Length);
        Assert.NotEqual(one, other);
    }

    [Fact]
    public void Control_tokens_are_marked()
    {
        TestVocabulary vocabulary = TestModel.Vocabulary(TestModelSpec.Qwen2);

        Assert.Equal(TokenType.Control, vocabulary.Tokens[vocabulary.Id("<|im_start|>")].Type);
        Assert.Equal(vocabulary.Id("<|im_end|>"), vocabulary.Eos);
        Assert.Equal(TokenType.UserDefined, vocabulary.Tokens[vocabulary.Id("<tool_call>")].Type);
        Assert.Equal(TokenType.Byte, TestModel.Vocabulary(TestModelSpec.Llama).Tokens.Single(static token => token.Text is "<0x0A>").Type);
    }

    [Fact]
    public void Every_merge_joins_tokens_into_a_token()
    {
        TestVocabulary vocabulary = TestModel.Vocabulary(TestModelSpec.Qwen2 with { VocabularySize = 5000 });

        Assert.True(vocabulary.Merges.Count > 4000);
        foreach (string merge in vocabulary.Merges)
        {
            string[] pair = merge.Split(' ');
            int joined = vocabulary.Id(pair[0] + pair[1]);
            Assert.True(vocabulary.Id(pair[0]) < joined && vocabulary.Id(pair[1]) < joined, merge);
        }
    }

    [Fact]
    public void The_benchmark_shape_has_the_parameters_of_its_original()
    {
        GgufMetadata metadata = TestModel.Metadata(TestModelSpec.SmolLm2Shape);

        Assert.Equal(49_152, metadata.GetArray("tokenizer.ggml.tokens").Count);
        Assert.Equal(30u, metadata.GetUInt32("llama.block_count"));
    }

    [Fact]
    public void Specs_that_contradict_themselves_are_refused()
    {
        Assert.Throws<ArgumentException>(() => TestModel.Vocabulary(TestModelSpec.Llama with { KeyValueHeadCount = 3 }));
        Assert.Throws<ArgumentException>(() => TestModel.Vocabulary(TestModelSpec.Phi3 with { HeadLength = 32 }));
        Assert.Throws<ArgumentException>(() => TestModel.Vocabulary(TestModelSpec.Llama with { WeightType = GgufTensorType.Q8_0 }));
        Assert.Throws<ArgumentException>(() => TestModel.Vocabulary(TestModelSpec.Bert with { Vocabulary = TestVocabularyKind.Bpe }));
        Assert.Throws<ArgumentOutOfRangeException>(() => TestModel.Vocabulary(TestModelSpec.Llama with { VocabularySize = 100 }));
    }

    public void Dispose() => _folder.Dispose();

    private static void AssertFinite(GgufFile file, GgufTensorInfo tensor)
    {
        ReadOnlySpan<float> values = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(file.GetTensorData(tensor));
        bool varied = false;
        foreach (float value in values)
        {
            Assert.True(float.IsFinite(value), tensor.Name);
            varied |= value != values[0];
        }

        Assert.True(varied, tensor.Name);
    }
}
