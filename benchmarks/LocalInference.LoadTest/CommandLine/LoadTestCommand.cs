using System.CommandLine;
using LocalInference.Abstractions;
using LocalInference.Compare;
using LocalInference.Gguf;

namespace LocalInference.LoadTest.CommandLine;

/// <summary>The command line.</summary>
internal static class LoadTestCommand
{
    public static RootCommand Create() => new("Puts load on a model behind an URL or in this process, and compares with llama-server in turns.")
    {
        RunCommand.Create(),
        CompareCommand.Create(),
        EngineCommand.Create(),
        ServerCommand.Create(),
        ServeCommand.Create(),
        SmokeCommand.Create(),
        StormCommand.Create(),
    };

    /// <summary>Runs a command whose failures are a sentence for the terminal.</summary>
    /// <returns>The exit code: what the command says, or 1.</returns>
    public static async Task<int> RunAsync(Func<Task<int>> command)
    {
        try
        {
            return await command();
        }
        catch (Exception e) when (e is LoadTestException or CompareException or LocalInferenceException or GgufException or IOException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("Interrupted; nothing was written.");
            return 1;
        }
    }

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
}
