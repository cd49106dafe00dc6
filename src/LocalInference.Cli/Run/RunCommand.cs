using System.CommandLine;
using LocalInference.Abstractions;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Models;
using LocalInference.Cli.Settings;

namespace LocalInference.Cli.Run;

/// <summary><c>run MODEL [PROMPT]</c>: answers a prompt, or talks with a person.</summary>
internal static class RunCommand
{
    public static Command Create(CliServices services)
    {
        Argument<string> model = new("MODEL") { Description = "Name of a model in the store, path of a GGUF file (the first part of a split one), or a name of the settings: PROVIDER/MODEL for a remote one, or a route." };
        Argument<string[]> prompt = new("PROMPT")
        {
            Description = "What to answer or continue. Text piped in goes before it. Without either, an interactive session starts. Put -- before a prompt that begins with a dash.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        ModelFlags modelFlags = new();
        EngineFlags engineFlags = new();
        SamplingFlags samplingFlags = new();
        Option<string?> system = new("--system") { Description = "System message of the chat.", HelpName = "TEXT" };
        Option<bool> raw = new("--raw") { Description = "Continue the prompt as it is, even if the model has a chat template." };
        Option<string?> format = FormatOption.Create();
        Option<ReasoningSettings?> think = ThinkOption.Create();
        Option<bool> hideThinking = new("--hidethinking") { Description = "Do not show what the model thinks before it answers." };
        Option<string?> keepAlive = new("--keepalive") { Description = "How long a running server keeps the model loaded afterwards, such as 5m; 0: not at all, -1: for ever. Default: as the server was told.", HelpName = "TIME" };
        Option<bool> verbose = new("--verbose") { Description = "Print timings to standard error after each answer." };
        Option<bool> json = new("--json") { Description = "Print one JSON object per line: pieces of text and of thoughts, then one with \"done\": true, the finish reason, token counts and durations in nanoseconds." };
        Option<string?> userSettings = SettingsOption.Create();
        Command command = new("run", "Answers a prompt with a model, or starts an interactive session.") { model, prompt, system, raw, format, think, hideThinking, keepAlive, verbose, json, userSettings };
        samplingFlags.AddTo(command);
        modelFlags.AddTo(command);
        engineFlags.AddTo(command);
        command.SetAction((result, cancellationToken) => RunAsync(
            services,
            new RunSettings
            {
                Model = result.GetRequiredValue(model),
                Prompt = string.Join(' ', result.GetValue(prompt) ?? []),
                ModelOptions = engineFlags.Apply(result, modelFlags.Read(result)),
                IsLoadedAsSaid = modelFlags.IsGiven(result) || engineFlags.IsGiven(result),
                Generation = samplingFlags.Read(result),
                System = result.GetValue(system),
                Raw = result.GetValue(raw),
                Answers = new AnswerSettings
                {
                    Output = FormatOption.Read(result.GetValue(format)),
                    Reasoning = result.GetValue(think) ?? ReasoningSettings.Default,
                    HidesThoughts = result.GetValue(hideThinking),
                    KeepAlive = result.GetValue(keepAlive) is { } time ? KeepAliveTime.Parse(time) : null,
                    Verbose = result.GetValue(verbose),
                },
                Json = result.GetValue(json),
                SettingsFile = result.GetValue(userSettings),
            },
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CliServices services, RunSettings settings, CancellationToken cancellationToken)
    {
        if (settings is { Raw: true, System: not null })
        {
            throw CliException.Usage("--system has no meaning with --raw, which sends the prompt alone.", "Leave one of them out.");
        }

        if (settings.Raw && settings.Answers.Reasoning != ReasoningSettings.Default)
        {
            throw CliException.Usage("--think has no meaning with --raw, which sends the prompt alone.", "Leave one of them out.");
        }

        string prompt = await PromptSource.ReadAsync(services, settings.Prompt, cancellationToken).ConfigureAwait(false);
        if (prompt.Length == 0)
        {
            RequireInteraction(services, settings);
        }

        settings = settings with { ModelOptions = await StoredModelFile.WithDraftAsync(services.OpenStore, settings.ModelOptions, cancellationToken).ConfigureAwait(false) };
        long started = services.Time.GetTimestamp();
        IConversationModel model = await OpenAsync(services, settings, cancellationToken).ConfigureAwait(false);
        await using (model.ConfigureAwait(false))
        {
            TimeSpan loading = services.Time.GetElapsedTime(started);
            Conversation conversation = new(model, settings);
            AnswerSettings answers = settings.Answers with { Generation = conversation.Begun };
            if (prompt.Length == 0)
            {
                await new InteractiveSession(services, answers, conversation).RunAsync(cancellationToken).ConfigureAwait(false);
                return ExitCode.Success;
            }

            AnswerPrinter printer = new(services, conversation.ContextLength, settings.Json, answers) { LoadDuration = loading };
            await printer.PrintAsync(conversation.Ask(prompt, answers, cancellationToken), cancellationToken).ConfigureAwait(false);
            return ExitCode.Success;
        }
    }

    private static void TellRoute(CliServices services, RunSettings settings, GenerationRoute route)
    {
        if (settings.Answers.Verbose)
        {
            services.Terminal.Error.WriteLine($"{"answered by:",-22}{route.Model} ({route.Reason})");
        }
    }

    // What the settings name is there. A server of ours has the model in memory, perhaps; a file, or a model that is to be loaded in
    // another way, is this process's own.
    private static async Task<IConversationModel> OpenAsync(CliServices services, RunSettings settings, CancellationToken cancellationToken)
    {
        if (RoutedModels.Find(services, settings) is { } routed)
        {
            return new RoutedModel(routed, settings.Model, route => TellRoute(services, settings, route));
        }

        bool mayBeElsewhere = !settings.IsLoadedAsSaid && !Path.Exists(settings.Model);
        if (mayBeElsewhere && await ServedModel.FindAsync(services, settings.Model, cancellationToken).ConfigureAwait(false) is { } remote)
        {
            return remote;
        }

        if (settings.Answers.KeepAlive is { } time && time != TimeSpan.Zero)
        {
            await services.Terminal.Error.WriteLineAsync("warning: --keepalive is for a running server; without one the model is unloaded when this command ends.").ConfigureAwait(false);
        }

        return await ModelLoading.LoadAsync(services, settings.Model, settings.ModelOptions, cancellationToken).ConfigureAwait(false);
    }

    private static void RequireInteraction(CliServices services, RunSettings settings)
    {
        if (!services.Terminal.InIsTerminal)
        {
            throw CliException.Usage("There is no prompt: no PROMPT was given and standard input is empty.", "Give a PROMPT, or pipe one in.");
        }

        if (!services.Terminal.OutIsTerminal || settings.Json)
        {
            throw CliException.Usage("An interactive session needs a terminal to write to, and no --json.", "Give a PROMPT, or pipe one in.");
        }
    }
}
