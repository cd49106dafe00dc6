using System.CommandLine;
using LocalInference.LoadTest.Served;

namespace LocalInference.LoadTest.CommandLine;

/// <summary><c>serve</c>: our server alone in a process, as <c>server</c> starts it; its options are those that llama-server has.</summary>
internal static class ServeCommand
{
    private const string Name = "serve";
    private const string Model = "-m";
    private const string Context = "-c";
    private const string Cells = "--cells";
    private const string Parallel = "-np";
    private const string Threads = "-t";
    private const string FixedThreads = "--fixed-threads";
    private const string NoFlashAttention = "--no-flash-attention";
    private const string FastPrompts = "--fast-prompts";
    private const string Host = "--host";
    private const string Port = "--port";

    public static Command Create()
    {
        Option<FileInfo> model = new Option<FileInfo>(Model) { Required = true }.AcceptExistingOnly();
        Option<int> context = new(Context) { Required = true };
        Option<int?> cells = new(Cells);
        Option<int> parallel = new(Parallel) { Required = true };
        Option<int> threads = new(Threads) { Required = true };
        Option<bool> fixedThreads = new(FixedThreads);
        Option<bool> noFlash = new(NoFlashAttention);
        Option<bool> fastPrompts = new(FastPrompts);
        Option<string> host = new(Host);
        Option<int> port = new(Port);
        Command command = new(Name, "Serves a model until it is ended.") { model, context, cells, parallel, threads, fixedThreads, noFlash, fastPrompts, host, port };
        command.Hidden = true;
        command.SetAction((parsed, cancellationToken) => LoadTestCommand.RunAsync(async () =>
        {
            LocalModelOptions options = new()
            {
                ContextLength = parsed.GetValue(context),
                CacheLength = parsed.GetValue(cells),
                Parallel = parsed.GetValue(parallel),
                Threads = parsed.GetValue(threads),
                AdaptThreads = !parsed.GetValue(fixedThreads),
                FlashAttention = parsed.GetValue(noFlash) ? false : null,
                UnifiedCache = parsed.GetValue(cells) is not null,
                FastPrompts = parsed.GetValue(fastPrompts),
            };
            await using LoadServer server = await LoadServer.StartAsync(parsed.GetRequiredValue(model).FullName, options, parsed.GetValue(port), cancellationToken);
            await server.WaitAsync(cancellationToken);
            return 0;
        }));
        return command;
    }

    /// <summary>The program and the arguments of a server; what says where it answers is missing. Without cells for all, each request has its own.</summary>
    public static (string Program, IReadOnlyList<string> Arguments) Line(string model, int context, int? cells, int parallel, int threads, bool adaptThreads, bool? flashAttention, bool fastPrompts) =>
        (Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "LocalInference.LoadTest.exe" : "LocalInference.LoadTest"),
            [
                Name, Model, model, Context, $"{context}", Parallel, $"{parallel}", Threads, $"{threads}",
                .. cells is { } shared ? [Cells, $"{shared}"] : (string[])[],
                .. adaptThreads ? (string[])[] : [FixedThreads],
                .. flashAttention == false ? [NoFlashAttention] : (string[])[],
                .. fastPrompts ? [FastPrompts] : (string[])[],
            ]);
}
