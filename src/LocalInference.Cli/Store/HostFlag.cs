using System.CommandLine;

namespace LocalInference.Cli.Store;

/// <summary>Which server a command asks.</summary>
internal static class HostFlag
{
    public static Option<string?> Create() => new("--host") { Description = "The server to ask. Default: LOCALINFERENCE_HOST, OLLAMA_HOST, or 127.0.0.1:11434.", HelpName = "HOST:PORT" };
}
