using LocalInference.TestModels;

namespace LocalInference.Gguf.Tests.TestModels;

public sealed class GgufMutatorTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void A_seed_always_gives_the_same_damage()
    {
        byte[] model = File.ReadAllBytes(TestModel.WriteTo(_folder.FullPath, TestModelSpec.Qwen2));
        GgufMutator one = new(model);
        GgufMutator other = new([.. model]);

        for (int seed = 0; seed < 64; seed++)
        {
            GgufMutation mutation = one.Mutate(seed);
            Assert.Equal(mutation.Bytes, other.Mutate(seed).Bytes);
            Assert.NotEqual(model, mutation.Bytes);
            Assert.NotEmpty(mutation.Description);
        }
    }

    [Fact]
    public void Seeds_that_follow_each_other_cover_every_kind()
    {
        GgufMutator mutator = new(File.ReadAllBytes(TestModel.WriteTo(_folder.FullPath, TestModelSpec.Bert)));
        GgufMutationKind[] kinds = Enum.GetValues<GgufMutationKind>();

        Assert.Equal(kinds, Enumerable.Range(0, kinds.Length).Select(seed => mutator.Mutate(seed).Kind));
    }

    public void Dispose() => _folder.Dispose();
}
