using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace LocalInference.StoreTransfer;

/// <summary>The registry of the distribution project (Debian's docker-registry) on loopback.</summary>
internal sealed class LoopbackRegistry : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly Process _process;

    private LoopbackRegistry(Process process, string host) => (_process, Host) = (process, host);

    public string Host { get; }

    public static async Task<LoopbackRegistry> StartAsync(string folder)
    {
        string host = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{FreePort()}");
        Directory.CreateDirectory(folder);
        string configuration = Path.Combine(folder, "config.yml");
        await File.WriteAllTextAsync(
            configuration,
            $"""
            version: 0.1
            log:
              level: error
              accesslog:
                disabled: true
            storage:
              filesystem:
                rootdirectory: {folder}/data
            http:
              addr: {host}
            """).ConfigureAwait(false);
        Process process = Process.Start(new ProcessStartInfo("docker-registry", ["serve", configuration]) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true })!;
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        LoopbackRegistry registry = new(process, host);
        try
        {
            await registry.WaitAsync().ConfigureAwait(false);
            return registry;
        }
        catch
        {
            registry.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private async Task WaitAsync()
    {
        using HttpClient http = new();
        Stopwatch waited = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using HttpResponseMessage response = await http.GetAsync(new Uri($"http://{Host}/v2/")).ConfigureAwait(false);
                return;
            }
            catch (HttpRequestException) when (waited.Elapsed < s_patience && !_process.HasExited)
            {
                await Task.Delay(50).ConfigureAwait(false);
            }
        }
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
