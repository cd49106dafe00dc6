// Reports, one `name=value` a line, what a program finds that installed LocalInference from its packages:
//   Consumer                    the libraries and the worker beside the program
//   Consumer MODEL PROMPT       the text that the model generates, too
using System.Diagnostics;
using System.Runtime.InteropServices;
using LocalInference;
using LocalInference.Abstractions;

string rid = (OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux")
    + "-" + RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
string libraries = Path.Combine(AppContext.BaseDirectory, "runtimes", rid, "native", "cpu");
string llama = Directory.GetFiles(libraries, "*llama*").Single();
Console.WriteLine($"llama={Path.GetFileName(llama)}");
Console.WriteLine($"loaded={NativeLibrary.Load(llama) != 0}");

Console.WriteLine($"worker={RunWorker()}");

if (args.Length > 0)
{
    await using LocalModel model = await LocalModel.LoadAsync(args[0]);
    GenerationOptions options = new() { MaxTokens = 8, IgnoreEndOfGeneration = true, Sampling = SamplingOptions.Greedy };
    int tokens = 0;
    await foreach (GenerationUpdate update in model.GenerateAsync(args[1], options))
    {
        tokens += update.Token is null ? 0 : 1;
    }

    Console.WriteLine($"tokens={tokens}");
}

// The worker's exit code, or `absent`: it cannot travel with a program that is a single file.
static string RunWorker()
{
    string assembly = Path.Combine(AppContext.BaseDirectory, "LocalInference.Worker.dll");
    if (!File.Exists(assembly))
    {
        return "absent";
    }

    using Process worker = Process.Start(WorkerCommand(assembly))!;
    worker.StandardInput.Close();
    worker.StandardOutput.ReadToEnd();
    worker.WaitForExit();
    return worker.ExitCode.ToString();
}

// With a private runtime the worker has an executable; with a shared one, its `dotnet` is three folders above the runtime.
static ProcessStartInfo WorkerCommand(string assembly)
{
    ProcessStartInfo command = new() { RedirectStandardInput = true, RedirectStandardOutput = true };
    string executable = Path.ChangeExtension(assembly, OperatingSystem.IsWindows() ? "exe" : null);
    if (File.Exists(executable))
    {
        command.FileName = executable;
        return command;
    }

    string dotnet = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
    command.FileName = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", dotnet));
    command.ArgumentList.Add(assembly);
    return command;
}
