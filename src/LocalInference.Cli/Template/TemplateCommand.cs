using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Terminal;
using LocalInference.Text;

namespace LocalInference.Cli.Template;

/// <summary><c>template FILE --messages FILE</c>: the prompt that a chat template makes of a conversation, without any model loaded.</summary>
internal static class TemplateCommand
{
    public static Command Create(CliServices services)
    {
        Argument<string> path = new("FILE") { Description = "Path of a GGUF file, of a Jinja template (.jinja) or of a Go template (.gotmpl); no name of a model." };
        Option<string> messages = new("--messages") { Description = "JSON file with the conversation: an array of messages, or an object with \"messages\" and perhaps \"tools\".", HelpName = "FILE", Required = true };
        Option<string?> tools = new("--tools") { Description = "JSON file with an array of tools.", HelpName = "FILE" };
        Option<string[]> set = new("--set") { Description = "Sets a variable of the template, such as enable_thinking=false. The value is JSON if it parses, else text. May be repeated.", HelpName = "NAME=VALUE" };
        Option<bool> noGenerationPrompt = new("--no-generation-prompt") { Description = "Leave out the head of the answer." };
        Option<DateTimeOffset?> now = new("--now")
        {
            Description = "The time that the template sees, such as 2026-11-21. Default: now.",
            HelpName = "TIME",
            CustomParser = ParseTime,
        };
        Option<bool> segments = new("--segments") { Description = "Print JSON: the parts of the prompt, and whether each is the template's or content." };
        Command command = new("template", "Shows the prompt that a chat template makes of a conversation.") { path, messages, tools, set, noGenerationPrompt, now, segments };
        command.SetAction(result =>
        {
            ChatPromptRequest request = ConversationFile.Read(result.GetRequiredValue(messages), result.GetValue(tools)) with
            {
                AddGenerationPrompt = !result.GetValue(noGenerationPrompt),
                Variables = Variables(result.GetValue(set) ?? []),
                Now = result.GetValue(now),
            };
            ChatTemplate template = TemplateFile.Open(result.GetRequiredValue(path), services.Time);
            Write(services.Terminal, template.Render(request), result.GetValue(segments));
            return ExitCode.Success;
        });
        return command;
    }

    private static void Write(CliTerminal terminal, MarkedText prompt, bool segments)
    {
        if (segments)
        {
            SegmentReport[] report = [.. prompt.Segments.Select(s => new SegmentReport(s.IsContent ? "content" : "template", prompt.Text.Substring(s.Start, s.Length)))];
            terminal.Out.WriteLine(JsonSerializer.Serialize(report, CliJson.Indented.SegmentReportArray));
            return;
        }

        // To the byte, where a program reads it; a person's prompt should begin on a line of its own.
        terminal.Out.Write(terminal.OutIsTerminal ? PrintableText.ForTerminal(prompt.Text) + '\n' : prompt.Text);
    }

    private static Dictionary<string, JsonElement> Variables(string[] settings)
    {
        var variables = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (string setting in settings)
        {
            int equals = setting.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1)
            {
                throw CliException.Usage($"--set takes NAME=VALUE, not '{setting}'.", "Write for example --set enable_thinking=false.");
            }

            variables[setting[..equals]] = Value(setting[(equals + 1)..]);
        }

        return variables;
    }

    private static JsonElement Value(string text)
    {
        try
        {
            return JsonElement.Parse(text);
        }
        catch (JsonException)
        {
            return JsonElement.Parse(JsonSerializer.Serialize(text, CliJson.Lines.String));
        }
    }

    private static DateTimeOffset? ParseTime(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time))
        {
            return time;
        }

        result.AddError($"--now takes a date or a date and time, not '{text}'.");
        return null;
    }
}
