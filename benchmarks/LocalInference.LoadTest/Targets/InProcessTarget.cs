using LocalInference.Abstractions;
using LocalInference.LoadTest.Requests;

namespace LocalInference.LoadTest.Targets;

/// <summary>A model in this process: the engine without any HTTP.</summary>
internal sealed class InProcessTarget : ILoadTarget
{
    private InProcessTarget(LocalModel model)
    {
        Model = model;
    }

    public LocalModel Model { get; }

    public string Description => "in-process";

    public int? VocabularySize => Model.Info.VocabularySize;

    public static async Task<InProcessTarget> LoadAsync(string path, LocalModelOptions options, CancellationToken cancellationToken)
    {
        LocalModel model = await LocalModel.LoadAsync(path, options, progress: null, cancellationToken);
        return new InProcessTarget(model);
    }

    public async Task StreamAsync(RequestLog log, CancellationToken cancellationToken)
    {
        GenerationOptions options = new() { MaxTokens = log.MaxTokens, Sampling = SamplingOptions.Greedy, IgnoreEndOfGeneration = true };
        int[] prompt = [.. log.Prompt.Tokens ?? throw new LoadTestException("Prompts of a model in this process are token ids.")];
        await foreach (GenerationUpdate update in Model.GenerateAsync(prompt, options, cancellationToken))
        {
            if (update.Token is { } token)
            {
                log.AddTokens(LoadClock.Now);
                log.AddAnswer(token);
            }

            if (update.Usage is { } usage)
            {
                log.PromptTokens = usage.PromptTokens;
                log.ComputedPromptTokens = usage.PromptTokens - usage.CachedPromptTokens;
                log.GeneratedTokens = usage.GeneratedTokens;
            }
        }
    }

    public ValueTask DisposeAsync() => Model.DisposeAsync();
}
