using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;

namespace LocalInference.Text.Tests.Oracles;

/// <summary>
/// Runs a script of <c>tests/oracles</c> with a batch of JSON on standard input and reads JSON from standard output. Starting python
/// costs about 0.2 s: give it all there is at once.
/// </summary>
internal static class PythonOracle
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);
    private static readonly ConcurrentDictionary<string, string?> s_interpreters = new(StringComparer.Ordinal);

    // Debian's packages belong to Debian's python; the first one in PATH may be another.
    private static IEnumerable<string> Candidates =>
        Environment.GetEnvironmentVariable("LOCALINFERENCE_PYTHON") is { Length: > 0 } chosen ? [chosen] : ["python3", "/usr/bin/python3"];

    /// <summary>Why no script that needs this module can run; <see langword="null"/> if one can.</summary>
    public static string? WhyMissing(string module) =>
        Interpreter(module) is null ? $"Needs python3 with {module} (Debian: apt-get install python3-{module}), or LOCALINFERENCE_PYTHON naming such a python." : null;

    /// <summary>Renders templates as Hugging Face transformers would; one result for each request, in their order.</summary>
    public static IReadOnlyList<RenderResult> Render(IReadOnlyList<RenderRequest> requests)
    {
        JsonArray results = Run("render.py", "jinja2", new JsonArray([.. requests.Select(request => request.ToJson())])).AsArray();
        return [.. results.Select(result => RenderResult.FromJson(result!))];
    }

    /// <summary>Runs a script that imports a module of Debian's <c>python3-MODULE</c>.</summary>
    public static JsonNode Run(string script, string module, JsonNode input)
    {
        string python = Interpreter(module) ?? throw new InvalidOperationException(WhyMissing(module));
        (int code, string output, string errors) = Execute(python, [Path.Combine(Oracle.Scripts, script)], input.ToJsonString());
        return code == 0
            ? JsonNode.Parse(output, documentOptions: new() { MaxDepth = 256 })!
            : throw new InvalidOperationException($"{script} ended with {code}: {errors}");
    }

    private static string? Interpreter(string module) => s_interpreters.GetOrAdd(module, static module => Candidates.FirstOrDefault(python => Imports(python, module)));

    private static bool Imports(string python, string module)
    {
        try
        {
            return Execute(python, ["-c", "import " + module], "").Code == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    private static (int Code, string Output, string Errors) Execute(string python, string[] arguments, string input)
    {
        var start = new ProcessStartInfo(python, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            StandardOutputEncoding = Encoding.UTF8,
        };

        // python's order of sets and of hashes must not change from run to run; no __pycache__ in the source folder.
        start.Environment["PYTHONHASHSEED"] = "0";
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";

        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        try
        {
            process.StandardInput.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading; its exit code and its errors say why.
        }

        if (!process.WaitForExit(s_patience))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{python} {string.Join(' ', arguments)} ran longer than {s_patience}.");
        }

        return (process.ExitCode, output.GetAwaiter().GetResult(), errors.GetAwaiter().GetResult());
    }
}
