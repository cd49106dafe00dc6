namespace LocalInference;

/// <summary>What the machine's cores did between two readings.</summary>
/// <param name="Idle">Cores that had nothing to do, 0 to the number of cores.</param>
/// <param name="Foreign">Cores that other programs (and a hypervisor's other guests) kept busy.</param>
internal readonly record struct CpuLoadSample(double Idle, double Foreign);
