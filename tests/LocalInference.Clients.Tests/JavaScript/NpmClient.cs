using System.Diagnostics;
using System.Reflection;
using LocalInference.Clients.Tests.Server;

namespace LocalInference.Clients.Tests.JavaScript;

/// <summary>Runs scenarios of npm clients in Node.js.</summary>
internal static class NpmClient
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    /// <summary>Where they are installed.</summary>
    public static string Folder { get; } = typeof(NpmClient).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static attribute => attribute.Key == "NpmFolder").Value!;

    /// <summary>Runs one and fails with what it wrote if it fails.</summary>
    public static async Task RunAsync(string client, string scenario, ModelServer server)
    {
        ProcessStartInfo start = new("node", ["run.mjs", client, scenario, server.Address.GetLeftPart(UriPartial.Authority), server.Registry])
        {
            WorkingDirectory = Folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["NO_PROXY"] = "127.0.0.1";
        using Process process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(s_patience);
        Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token);
        Task<string> error = process.StandardError.ReadToEndAsync(limit.Token);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }

        Assert.True(process.ExitCode == 0, $"{client}, {scenario}:\n{await output}\n{await error}");
    }
}
