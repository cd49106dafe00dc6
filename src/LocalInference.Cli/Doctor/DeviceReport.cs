namespace LocalInference.Cli.Doctor;

/// <summary>A device that layers can be placed on. A memory of 0 means that the backend does not say.</summary>
internal sealed record DeviceReport(string Name, string Description, string Type, long MemoryFree, long MemoryTotal);
