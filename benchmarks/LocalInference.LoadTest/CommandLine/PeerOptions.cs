using System.CommandLine;
using LocalInference.Compare;

namespace LocalInference.LoadTest.CommandLine;

/// <summary>The option that says where llama.cpp's programs are.</summary>
internal sealed class PeerOptions
{
    private readonly Option<string> _peers = new("--peers")
    {
        Description = "The folder of llama.cpp's programs. Default: artifacts/peers/bin, where benchmarks/peers/build.sh puts them.",
        DefaultValueFactory = static _ => Path.Combine("artifacts", "peers", "bin"),
    };

    public PeerOptions(Command command) => command.Options.Add(_peers);

    public string Folder(ParseResult parsed) => Path.GetFullPath(parsed.GetRequiredValue(_peers));

    /// <summary>The path of llama-server.</summary>
    /// <exception cref="LoadTestException">It is not there.</exception>
    public string Program(ParseResult parsed)
    {
        string program = Path.Combine(Folder(parsed), "llama-server");
        return File.Exists(program) ? program : throw new LoadTestException($"{program} is not there. Run benchmarks/peers/build.sh.");
    }

    /// <summary>
    /// Makes this process take llama.cpp from the folder that the programs are linked to, before it has loaded any.
    /// </summary>
    /// <returns>That folder.</returns>
    public string ShareLibraries(ParseResult parsed)
    {
        string libraries = SharedLibraries.Find(Folder(parsed));
        Environment.SetEnvironmentVariable("LOCALINFERENCE_NATIVE_DIR", libraries);
        return libraries;
    }
}
