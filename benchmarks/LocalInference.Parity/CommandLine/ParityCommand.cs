using System.CommandLine;
using LocalInference.Abstractions;
using LocalInference.Compare;
using LocalInference.Gguf;

namespace LocalInference.Parity.CommandLine;

/// <summary>The command line.</summary>
internal static class ParityCommand
{
    public static RootCommand Create() => new("Shows that the engine computes what llama.cpp computes.")
    {
        CompareCommand.Create(),
        ReplayCommand.Create(),
        RoundingCommand.Create(),
    };

    /// <summary>The option that names the model.</summary>
    public static Option<FileInfo> Model() => new Option<FileInfo>("--model") { Description = "A GGUF file.", Required = true }.AcceptExistingOnly();

    /// <summary>An option that takes a number of at least 1.</summary>
    public static Option<int> Number(string name, string description, int standard)
    {
        Option<int> option = new(name) { Description = $"{description} Default: {standard}.", DefaultValueFactory = _ => standard };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
            {
                result.AddError($"{name} takes a number of at least 1.");
            }
        });
        return option;
    }

    /// <summary>Runs a command whose failures are a sentence for the terminal.</summary>
    /// <returns>The exit code: 0 where it says that all is equal, else 1.</returns>
    public static async Task<int> RunAsync(Func<Task<bool>> command)
    {
        try
        {
            return await command().ConfigureAwait(false) ? 0 : 1;
        }
        catch (Exception e) when (e is CompareException or LocalInferenceException or GgufException or IOException or HttpRequestException or OperationCanceledException)
        {
            await Console.Error.WriteLineAsync(e.Message).ConfigureAwait(false);
            return 1;
        }
    }
}
