using BenchmarkDotNet.Running;
using LocalInference.Benchmarks;
using LocalInference.Benchmarks.Allocations;

switch (args)
{
    case ["--check-allocations"]:
        return await AllocationCheck.RunAsync(Console.Out).ConfigureAwait(false) ? 0 : 1;

    case ["--write-allocations", string path]:
        await AllocationCheck.WriteAsync(path).ConfigureAwait(false);
        return 0;

    default:
        BenchmarkSwitcher.FromAssembly(typeof(BenchmarkSettings).Assembly).Run([.. args, BenchmarkSettings.InProcess], BenchmarkSettings.Create());
        return 0;
}
