using System.CommandLine;
using System.Text.Json;
using LocalInference.Cli.CommandLine;

namespace LocalInference.Cli.Doctor;

/// <summary><c>doctor</c>: whether the native library works here, and what to do if not.</summary>
internal static class DoctorCommand
{
    public static Command Create(CliServices services)
    {
        Option<bool> json = new("--json") { Description = "Print one JSON object." };
        Command command = new("doctor", "Says which native libraries, CPU build and devices are used, and what is missing. Exit code 1 if models cannot run.") { json };
        command.SetAction(result =>
        {
            DoctorReport report = services.Diagnose();
            if (result.GetValue(json))
            {
                services.Terminal.Out.WriteLine(JsonSerializer.Serialize(report, CliJson.Indented.DoctorReport));
            }
            else
            {
                new DoctorView(services.Terminal).Write(report);
            }

            if (report.Supported)
            {
                return ExitCode.Success;
            }

            services.Terminal.Out.Flush();
            new FailureReport(report.Reason, report.NextStep, ExitCode.Failure).WriteTo(services.Terminal.Error);
            return ExitCode.Failure;
        });
        return command;
    }
}
