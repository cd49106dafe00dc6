using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace LocalInference.Tests.Store.Registries;

/// <summary>The registry of the distribution project, on loopback, with a folder of its own.</summary>
internal sealed class DockerRegistry : IAsyncDisposable
{
    public const string Program = "docker-registry";

    public const string User = "me";
    public const string Password = "word";

    // The password by bcrypt, the only function that the registry takes.
    private const string HashedLogin = "me:$2b$04$vaihJAI9zXVdvqpiuAiZf.J35173eLKTuVTh7ZlsYvWDiYvJDzski";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private static int s_lastPort = 20_000 + (Environment.ProcessId % 10_000);

    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-registry-").FullName;
    private readonly bool _wantsPassword;
    private readonly int _port = FreePort();
    private Process? _process;

    private DockerRegistry(bool wantsPassword) => _wantsPassword = wantsPassword;

    public string Host => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_port}");

    public static async Task<DockerRegistry> StartAsync(bool wantsPassword = false)
    {
        DockerRegistry registry = new(wantsPassword);
        registry.Configure();
        await registry.ResumeAsync();
        return registry;
    }

    public static string? FindProgram(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <summary>Ends it, as a crash would; what it has stored stays.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Starts it, and waits until it answers.</summary>
    public async Task ResumeAsync()
    {
        ProcessStartInfo start = new(FindProgram(Program) ?? throw new InvalidOperationException($"{Program} is missing."), ["serve", Path.Combine(_folder, "config.yml")])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = Process.Start(start)!;
        _process.OutputDataReceived += static (_, _) => { };
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        using HttpClient http = new();
        Stopwatch waited = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using HttpResponseMessage response = await http.GetAsync(new Uri($"http://{Host}/v2/"));
                return;
            }
            catch (HttpRequestException) when (waited.Elapsed < s_patience && !_process.HasExited)
            {
                await Task.Delay(50);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await KillAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    // The secret stays the same, so that an upload that one process began is one for the next.
    private void Configure()
    {
        string logins = Path.Combine(_folder, "logins");
        File.WriteAllText(logins, HashedLogin + "\n");
        File.WriteAllText(
            Path.Combine(_folder, "config.yml"),
            $"""
            version: 0.1
            log:
              level: error
            storage:
              filesystem:
                rootdirectory: {_folder}/data
            http:
              addr: {Host}
              secret: of-this-test
            {(_wantsPassword ? $"auth:\n  htpasswd:\n    realm: test\n    path: {logins}" : "")}

            """);
    }

    // None of those that the system gives out by itself (from 32768 on, ip(7)): other tests listen on such, and would get this one's before the
    // registry has begun, or while it is down. Each registry has another.
    private static int FreePort()
    {
        while (true)
        {
            int port = Interlocked.Increment(ref s_lastPort);
            try
            {
                using TcpListener listener = new(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody has it.
            }
        }
    }
}
