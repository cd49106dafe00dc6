using LocalInference.Cli.Terminal;

namespace LocalInference.Cli.Doctor;

/// <summary>The findings for people.</summary>
internal sealed class DoctorView(CliTerminal terminal)
{
    private const int LabelWidth = 18;

    public void Write(DoctorReport report)
    {
        Line("llama.cpp", report.Supported ? $"works, version {report.NativeVersion}" : "cannot be used here");
        Line("libraries", report.LibraryDirectory ?? "none loaded");
        Line("platform", report.PlatformVerified ? report.Platform : $"{report.Platform} (unverified)");
        Line("CPU build", report.CpuVariant);
        Line("CPU features", report.CpuFeatures.Count > 0 ? string.Join(' ', report.CpuFeatures) : null);
        Line("other libraries", report.NativeDirectoryVariable is { } directory
            ? $"LOCALINFERENCE_NATIVE_DIR={directory}"
            : "LOCALINFERENCE_NATIVE_DIR is not set; it names a folder with another build of the same release");
        if (report.Devices.Count > 0)
        {
            terminal.Out.WriteLine();
            WriteDevices(report.Devices);
        }

        terminal.Out.WriteLine();
        WriteProbes(report.Probes);
        foreach (string hint in report.Hints)
        {
            terminal.Out.WriteLine();
            terminal.Out.WriteLine($"hint: {hint}");
        }
    }

    private static string Memory(long bytes) => bytes > 0 ? Quantity.Bytes(bytes) : "-";

    private void WriteDevices(IReadOnlyList<DeviceReport> devices)
    {
        TextTable table = new("device", "type", ">free", ">memory", "description");
        foreach (DeviceReport device in devices)
        {
            table.AddRow(device.Name, device.Type, Memory(device.MemoryFree), Memory(device.MemoryTotal), device.Description);
        }

        table.WriteTo(terminal);
    }

    private void WriteProbes(IReadOnlyList<ProbeReport> probes)
    {
        TextTable table = new("outcome", "tried", "finding");
        foreach (ProbeReport probe in probes)
        {
            table.AddRow(probe.Outcome, probe.Subject, probe.Detail);
        }

        table.WriteTo(terminal);
    }

    private void Line(string label, string? value)
    {
        if (value is not null)
        {
            terminal.Out.WriteLine($"{label.PadRight(LabelWidth)}{PrintableText.OnOneLine(value)}");
        }
    }
}
