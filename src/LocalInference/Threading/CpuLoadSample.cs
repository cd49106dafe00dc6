namespace LocalInference;

/// <summary>What the machine's cores did between two readings.</summary>
/// <param name="Cores">Cores that this process may use.</param>
/// <param name="Idle">How many of them had nothing to do.</param>
/// <param name="Foreign">How many of them other programs (and a hypervisor's other guests) kept busy.</param>
/// <param name="Engines">How many engines of this process share what is left, this one included.</param>
internal readonly record struct CpuLoadSample(double Cores, double Idle, double Foreign, int Engines);
