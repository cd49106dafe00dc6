using LocalInference.Cli.Bench;
using LocalInference.Cli.Doctor;
using LocalInference.Cli.Models;
using LocalInference.Cli.Terminal;

namespace LocalInference.Cli.CommandLine;

/// <summary>What the commands need from the world, so that tests can stand in for it.</summary>
internal sealed record CliServices
{
    public required CliTerminal Terminal { get; init; }

    public required IModelLoader Models { get; init; }

    /// <summary>Opens the store that models are looked up in by their names.</summary>
    public Func<ModelStore> OpenStore { get; init; } = static () => ModelStore.Open();

    public required Interrupts Interrupts { get; init; }

    /// <summary>Loads the native library if it is not yet, and tells how that went.</summary>
    public required Func<DoctorReport> Diagnose { get; init; }

    /// <summary>Measures streaming reads with so many threads, in bytes per second; <see langword="null"/> if it cannot.</summary>
    public required Func<int, double?> MeasureBandwidth { get; init; }

    public required Func<Machine> DescribeMachine { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Reads a variable of the environment; <see langword="null"/> if it is not set.</summary>
    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;
}
