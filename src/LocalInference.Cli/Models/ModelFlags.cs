using System.CommandLine;
using LocalInference.Cli.CommandLine;
using LocalInference.Native;

namespace LocalInference.Cli.Models;

/// <summary>The flags that say how a model is loaded.</summary>
internal sealed class ModelFlags
{
    private readonly Option<int?> _context = NumberOption.Create("--context", "Tokens that prompt and answer may have together. Default: what the model was made for and the memory holds.", 1, int.MaxValue);
    private readonly Option<int?> _gpuLayers = NumberOption.Create("--gpu-layers", "Layers to place on the GPU; 0: none. Default: all that fit.", 0, int.MaxValue);
    private readonly Option<int?> _threads = NumberOption.Create("--threads", "Most threads that compute. Default: the physical cores.", 1, MostThreads);
    private readonly Option<bool?> _flashAttention = new("--flash-attention") { Description = "Whether attention is computed without its matrix of scores. Default: where the backend can. On CPUs long conversations are faster without it.", HelpName = "true|false" };
    private readonly Option<bool> _separateCaches = new("--separate-caches") { Description = "Give each request a KV cache of its own, where by default all share one. On CPUs many streams are faster so, and wait less for a long prompt, at the price of memory." };
    private readonly Option<bool> _fastPrompts = new("--fast-prompts") { Description = "Compute prompts on a CPU with AVX2 in F32, up to twice as fast where the type of the weights is one that llama.cpp does not pack for it. Results round otherwise than llama.cpp's." };

    public const int MostThreads = Ggml.MaxThreads;

    public void AddTo(Command command)
    {
        command.Add(_context);
        command.Add(_gpuLayers);
        command.Add(_threads);
        command.Add(_flashAttention);
        command.Add(_separateCaches);
        command.Add(_fastPrompts);
    }

    /// <summary>Whether the command line has any of them.</summary>
    public bool IsGiven(ParseResult result) => ((Option[])[_context, _gpuLayers, _threads, _flashAttention, _separateCaches, _fastPrompts]).Any(option => result.GetResult(option) is { Implicit: false });

    public LocalModelOptions Read(ParseResult result) => new()
    {
        ContextLength = result.GetValue(_context),
        GpuLayers = result.GetValue(_gpuLayers),
        Threads = result.GetValue(_threads),
        FlashAttention = result.GetValue(_flashAttention),
        UnifiedCache = !result.GetValue(_separateCaches),
        FastPrompts = result.GetValue(_fastPrompts),
    };
}
