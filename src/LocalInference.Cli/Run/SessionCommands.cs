using LocalInference.Abstractions;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Terminal;

namespace LocalInference.Cli.Run;

/// <summary>The lines of an interactive session that start with a slash, and the settings that they change.</summary>
internal sealed class SessionCommands(TextWriter output, Conversation conversation, AnswerSettings settings)
{
    private const string Unset = "none";

    public AnswerSettings Settings { get; private set; } = settings;

    /// <summary>A path is no command: <c>/etc/hosts says what?</c> has a second slash in its first word.</summary>
    public static bool IsCommand(string line)
    {
        string word = FirstWord(line);
        return word.StartsWith('/') && !word.AsSpan(1).Contains('/');
    }

    /// <summary>Does what the line says; <see langword="false"/> if it says to leave.</summary>
    public bool Execute(string line)
    {
        string rest = line.Trim()[FirstWord(line).Length..].Trim();
        switch (FirstWord(line))
        {
            case "/bye":
                return false;
            case "/clear":
                conversation.Clear();
                output.WriteLine(conversation.IsChat ? "The conversation starts anew." : "There is nothing to clear: each text is continued on its own.");
                break;
            case "/set":
                Set(rest);
                break;
            case "/?" or "/help":
                WriteHelp();
                break;
            default:
                output.WriteLine($"There is no command {FirstWord(line)}. /? lists them.");
                break;
        }

        return true;
    }

    private static string FirstWord(string line) => line.Trim().Split((char[]?)null, 2)[0];

    private void Set(string assignment)
    {
        string[] parts = assignment.Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (parts.Length == 0)
        {
            WriteSettings();
            return;
        }

        string value = parts.Length > 1 ? parts[1] : "";
        switch (parts[0])
        {
            case "verbose" when value is "on" or "off":
                Settings = Settings with { Verbose = value is "on" };
                break;
            case "verbose":
                output.WriteLine("verbose takes on or off.");
                break;
            case "think":
                SetThinking(value.Length > 0 ? value : "true");
                break;
            case "nothink":
                SetThinking("false");
                break;
            case "format":
                SetFormat(value);
                break;
            case "noformat":
                SetFormat(Unset);
                break;
            case "system" when conversation.IsChat:
                conversation.System = value.Length > 0 ? value : null;
                break;
            case "system":
                output.WriteLine("A system message needs a model with a chat template.");
                break;
            default:
                if (SessionSetting.Find(parts[0]) is not { } setting)
                {
                    output.WriteLine($"There is no setting {parts[0]}. /set lists them.");
                }
                else if (setting.Apply(Settings.Generation, value) is { } changed)
                {
                    Settings = Settings with { Generation = changed };
                }
                else
                {
                    output.WriteLine($"{setting.Name} takes {setting.Range}.");
                }

                break;
        }
    }

    private void SetThinking(string value)
    {
        ReasoningSettings? reasoning = value is Unset ? ReasoningSettings.Default : ThinkOption.Find(value);
        if (reasoning is null)
        {
            output.WriteLine($"think takes {ThinkOption.Range}, or {Unset}.");
        }
        else if (reasoning.Enabled == true && !conversation.Thinks)
        {
            output.WriteLine("This model does not support thinking.");
        }
        else
        {
            Settings = Settings with { Reasoning = reasoning };
        }
    }

    private void SetFormat(string value)
    {
        try
        {
            Settings = Settings with { Output = value is Unset ? null : FormatOption.Read(value) };
        }
        catch (Exception e) when (e is CliException or IOException or UnauthorizedAccessException)
        {
            output.WriteLine(PrintableText.OnOneLine(e.Message));
        }
    }

    private void WriteSettings()
    {
        foreach (SessionSetting setting in SessionSetting.All)
        {
            output.WriteLine($"{setting.Name,-12} {setting.Show(Settings.Generation)}");
        }

        output.WriteLine($"{"format",-12} {PrintableText.OnOneLine(FormatOption.TextFor(Settings.Output) ?? Unset)}");
        output.WriteLine($"{"verbose",-12} {(Settings.Verbose ? "on" : "off")}");
        if (conversation.IsChat)
        {
            output.WriteLine($"{"think",-12} {ThinkOption.WordFor(Settings.Reasoning) ?? Unset}");
            output.WriteLine($"{"system",-12} {conversation.System ?? "none"}");
        }
    }

    private void WriteHelp()
    {
        output.WriteLine("/set               Show the settings");
        output.WriteLine("/set NAME VALUE    Change one, for example /set temperature 0.2");
        output.WriteLine("/clear             Forget the conversation");
        output.WriteLine("/bye               Leave; Ctrl-D does the same");
        output.WriteLine("\"\"\"                Begin and end a message of several lines");
        output.WriteLine("Ctrl-C stops an answer. Up and down recall earlier lines.");
    }
}
