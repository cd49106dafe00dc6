using System.CommandLine;
using LocalInference.Abstractions;
using LocalInference.Cli.CommandLine;

namespace LocalInference.Cli.Run;

/// <summary>The flags that say how text is generated.</summary>
internal sealed class SamplingFlags
{
    private readonly Option<float?> _temperature = NumberOption.Create("--temperature", "Divides the logits; 0 picks the most probable token. Default: 0.8.", 0f, float.MaxValue);
    private readonly Option<float?> _topP = NumberOption.Create("--top-p", "Keeps the smallest set of tokens whose probabilities add up to this; 1: all. Default: 0.9.", 0f, 1f);
    private readonly Option<int?> _topK = NumberOption.Create("--top-k", "Keeps so many of the most probable tokens; 0: all. Default: 40.", 0, int.MaxValue);
    private readonly Option<float?> _minP = NumberOption.Create("--min-p", "Drops tokens less probable than this share of the best one; 0: none. Default: 0.", 0f, 1f);
    private readonly Option<int?> _maxTokens = NumberOption.Create("--max-tokens", "Most tokens to generate. Default: until the model ends or the context is full.", 1, int.MaxValue);
    private readonly Option<uint?> _seed = NumberOption.Create("--seed", "Seed of the random choice. Default: a random one.", 0u, uint.MaxValue - 1);
    private readonly Option<string[]> _stop = new("--stop") { Description = "Text that ends the answer and is not part of it. May be given more than once.", HelpName = "TEXT" };

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_temperature, _topP, _topK, _minP, _maxTokens, _seed, _stop])
        {
            command.Add(option);
        }
    }

    public GenerationFlags Read(ParseResult result)
    {
        string[] stop = result.GetValue(_stop) ?? [];
        if (stop.Any(string.IsNullOrEmpty))
        {
            throw CliException.Usage("--stop takes a text that is not empty.", "Leave it out, or name the text.");
        }

        return new GenerationFlags
        {
            MaxTokens = result.GetValue(_maxTokens),
            StopSequences = stop,
            Sampling = new SamplingOverrides
            {
                Temperature = result.GetValue(_temperature),
                TopP = result.GetValue(_topP),
                TopK = result.GetValue(_topK),
                MinP = result.GetValue(_minP),
                Seed = result.GetValue(_seed),
            },
        };
    }
}
