using LocalInference.Cli.Bench;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Doctor;
using LocalInference.Cli.Models;
using LocalInference.Cli.Terminal;

namespace LocalInference.Cli.Tests.Fakes;

/// <summary>Runs the real command line in this process, with everything around it played.</summary>
internal sealed class CliHarness : IDisposable
{
    private readonly StringWriter _out = new() { NewLine = "\n" };
    private readonly StringWriter _error = new() { NewLine = "\n" };

    public FakeModel Model { get; init; } = new();

    public string Input { get; init; } = "";

    public FakeKeySource Keys { get; } = new();

    public bool AtTerminal { get; init; }

    public Interrupts Interrupts { get; } = new();

    public DoctorReport Doctor { get; init; } = Works;

    public double? Bandwidth { get; init; } = 10e9;

    public FakeModelLoader? Loader { get; private set; }

    public Func<CancellationToken, Task> WhileLoading { get; init; } = static _ => Task.CompletedTask;

    /// <summary>In place of the fake model; for errors that only the engine makes.</summary>
    public IModelLoader? RealLoader { get; init; }

    /// <summary>Where models are looked up by name; <see langword="null"/>: in an empty store.</summary>
    public string? Store { get; init; }

    /// <summary>The environment's variables; those that are not in it are not set.</summary>
    public IReadOnlyDictionary<string, string>? Variables { get; init; }

    public TextWriter? OtherOut { get; init; }

    public string Out => _out.ToString();

    public string Error => _error.ToString();

    public static DoctorReport Works { get; } = new()
    {
        Supported = true,
        Reason = null,
        NextStep = null,
        NativeVersion = "0.5.0",
        LibraryDirectory = "/libraries",
        CpuVariant = "haswell",
        CpuFeatures = ["AVX2", "FMA"],
        Devices = [new("CPU", "A processor", "cpu", 1L << 30, 2L << 30)],
        Probes = [new("/libraries/libllama.so", "ok", "loaded"), new("/elsewhere", "skipped", "not there")],
        Platform = "linux-x64",
        PlatformVerified = true,
        NativeDirectoryVariable = null,
        Hints = [],
    };

    public void Dispose()
    {
        _out.Dispose();
        _error.Dispose();
    }

    public Task<int> RunAsync(params string[] arguments)
    {
        Loader = new FakeModelLoader(Model) { WhileLoading = WhileLoading };
        return CliApplication.RunAsync(arguments, new CliServices
        {
            Terminal = new CliTerminal
            {
                In = new StringReader(Input),
                Out = OtherOut ?? _out,
                Error = _error,
                InIsTerminal = AtTerminal,
                OutIsTerminal = AtTerminal,
                ErrorIsTerminal = AtTerminal,
                Keys = Keys,
            },
            Models = RealLoader ?? Loader,
            OpenStore = () => ModelStore.Open(new ModelStoreOptions { Directory = Store ?? Path.Combine(Path.GetTempPath(), "localinference-no-store"), ReadOnlyDirectories = [] }),
            Interrupts = Interrupts,
            Diagnose = () => Doctor,
            MeasureBandwidth = _ => Bandwidth,
            DescribeMachine = () => Machine.Describe(Doctor),
            Variable = Variables is null ? Environment.GetEnvironmentVariable : name => Variables.GetValueOrDefault(name),
        });
    }
}
