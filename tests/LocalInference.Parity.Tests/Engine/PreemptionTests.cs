using LocalInference.Gguf;
using LocalInference.Parity.Engine;

namespace LocalInference.Parity.Tests.Engine;

[Collection(ModelTests.Name)]
public sealed class PreemptionTests(ModelFiles files)
{
    // Each step has one row, and what llama.cpp walks over is the same 512 cells, so not even rounding differs.
    [Fact]
    public async Task A_preempted_answer_is_the_answer_of_a_request_alone()
    {
        string path = files.Of(GgufTensorType.F16);
        await using LocalModel model = await Preemption.Setup(path, threads: 1).LoadAsync(default);
        RandomPrompts prompts = new(model.Tokenizer, seed: 3);
        int[] prompt = prompts.Next(40);
        GreedyAnswer alone = await model.AnswerAsync(prompt, Preemption.Tokens, ignoreEnd: true, default);

        (GreedyAnswer answer, bool preempted) = await Preemption.AnswerAsync(model, prompt, prompts, ignoreEnd: true, default);

        Assert.True(preempted);
        Assert.Equal((0, 0), (alone.CachedPromptTokens, answer.CachedPromptTokens));
        Assert.Equal(alone.Tokens, answer.Tokens);
    }
}
