using System.CommandLine;
using LocalInference.Training;

namespace LocalInference.Cli.Datasets;

/// <summary>The flags that say what of an entry becomes a sample, for looking at a dataset and for training on it.</summary>
internal sealed class SampleFlags
{
    private readonly Option<bool> _learnAll = new("--learn-all") { Description = "Learn every token, not the answers alone." };
    private readonly Option<bool> _dropTruncated = new("--drop-truncated") { Description = "Leave out what is longer than --max-length, instead of cutting it." };

    public void AddTo(Command command)
    {
        command.Add(_learnAll);
        command.Add(_dropTruncated);
    }

    /// <summary>The options with what the flags say.</summary>
    public DatasetOptions Apply(ParseResult result, DatasetOptions options) => options with
    {
        Loss = result.GetValue(_learnAll) ? DatasetLoss.Everything : options.Loss,
        Fixes = result.GetValue(_dropTruncated) ? options.Fixes | DatasetFixes.DropTruncated : options.Fixes,
    };
}
