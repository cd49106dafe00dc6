using LocalInference;
using LocalInference.Cli.Bench;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Doctor;
using LocalInference.Cli.Models;
using LocalInference.Cli.Terminal;

Interrupts interrupts = new();
using IDisposable listening = interrupts.Listen();
return await CliApplication.RunAsync(args, new CliServices
{
    Terminal = SystemTerminal.Open(),
    Models = new EngineModelLoader(static () => ModelStore.Open()),
    Interrupts = interrupts,
    Diagnose = NativeDiagnosis.Run,
    MeasureBandwidth = MemoryBandwidth.Measure,
    DescribeMachine = static () => Machine.Describe(NativeDiagnosis.Run()),
}).ConfigureAwait(false);
