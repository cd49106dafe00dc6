using System.CommandLine;
using LocalInference.LoadTest.Scenarios;

namespace LocalInference.LoadTest.CommandLine;

/// <summary>The options about a model file and about where results go.</summary>
internal sealed class ModelOptions
{
    private readonly Option<FileInfo> _model = new Option<FileInfo>("--model") { Description = "A GGUF file." }.AcceptExistingOnly();
    private readonly Option<int?> _threads = new("--threads") { Description = "Threads that compute, on either side. Default: the physical cores." };
    private readonly Option<bool> _fixed = new("--fixed-threads") { Description = "Our side keeps its threads, whatever else the machine does." };
    private readonly Option<bool> _noFlash = new("--no-flash-attention") { Description = "Our side computes attention without flash attention." };
    private readonly Option<bool> _separate = new("--separate") { Description = "Our side keeps a KV cache for each request, and none for all." };
    private readonly Option<bool> _fastPrompts = new("--fast-prompts") { Description = "Our side computes prompts in F32, where it rounds otherwise than llama.cpp." };
    private readonly Option<bool> _strict = new("--strict") { Description = "Refuse to measure when the machine is not idle." };
    private readonly Option<string?> _output = new("--out") { Description = "The folder for JSON and SVG files. Default: artifacts/load-test/COMMAND." };

    public ModelOptions(Command command)
    {
        _threads.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int?>() < 1)
            {
                result.AddError("--threads takes a number of at least 1.");
            }
        });
        foreach (Option option in new Option[] { _model, _threads, _fixed, _noFlash, _separate, _fastPrompts, _strict, _output })
        {
            command.Options.Add(option);
        }
    }

    public bool Strict(ParseResult parsed) => parsed.GetValue(_strict);

    public string Output(ParseResult parsed, string command) => Path.GetFullPath(parsed.GetValue(_output) ?? Path.Combine("artifacts", "load-test", command));

    /// <summary>The model that was named; <see langword="null"/>: none was.</summary>
    public ModelSetup? Setup(ParseResult parsed, ScenarioSettings settings) => parsed.GetValue(_model) is { } file
        ? new ModelSetup(file.FullName, parsed.GetValue(_threads) ?? PhysicalCores.Count, !parsed.GetValue(_fixed), settings)
        {
            FlashAttention = parsed.GetValue(_noFlash) ? false : null,
            UnifiedCache = !parsed.GetValue(_separate),
            FastPrompts = parsed.GetValue(_fastPrompts),
        }
        : null;

    /// <summary>The model that was named.</summary>
    /// <exception cref="LoadTestException">None was.</exception>
    public ModelSetup RequireSetup(ParseResult parsed, ScenarioSettings settings) =>
        Setup(parsed, settings) ?? throw new LoadTestException("Name a GGUF file with --model.");
}
