using System.CommandLine;
using System.Text.Json;
using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Template;
using LocalInference.Text;
using LocalInference.Text.Parsing;

namespace LocalInference.Cli.Parse;

/// <summary><c>parse FILE --text FILE</c>: what a model's answer means, in the format that its template shows.</summary>
internal static class ParseCommand
{
    // About what a token is long, so that the events look as they do while a model writes.
    private const int PieceLength = 4;

    public static Command Create(CliServices services)
    {
        Argument<string> path = new("FILE") { Description = "Path of a GGUF file, of a Jinja template (.jinja) or of a Go template (.gotmpl); no name of a model." };
        Option<string> text = new("--text") { Description = "File with the text that the model generated.", HelpName = "FILE", Required = true };
        Option<string?> tools = new("--tools") { Description = "JSON file with an array of tools. Without tools, nothing is a call.", HelpName = "FILE" };
        Option<string?> prompt = new("--prompt") { Description = "What the prompt holds of the answer already. Default: what the template appends to ask for an answer.", HelpName = "TEXT" };
        Option<bool> events = new("--events") { Description = "Print the incremental events instead, one JSON object a line." };
        Command command = new("parse", "Shows what a model's answer means: reasoning, content and tool calls.") { path, text, tools, prompt, events };
        command.SetAction(result =>
        {
            ChatTemplate template = TemplateFile.Open(result.GetRequiredValue(path), services.Time);
            ChatFormat format = ChatFormatDetector.Detect(template);
            ChatParserOptions options = new()
            {
                Tools = result.GetValue(tools) is { } file ? ConversationFile.ReadTools(file) : [],
                GenerationPrompt = result.GetValue(prompt) ?? GenerationPrompt(template, format),
            };
            string answer = ReadText(result.GetRequiredValue(text));
            ChatParser parser = new(format, options);
            Run(services, parser, answer, result.GetValue(events));
            return ExitCode.Success;
        });
        return command;
    }

    private static void Run(CliServices services, ChatParser parser, string answer, bool printEvents)
    {
        for (int start = 0; start < answer.Length; start += PieceLength)
        {
            Print(services, parser.Feed(answer.AsSpan(start, Math.Min(PieceLength, answer.Length - start))), printEvents);
        }

        Print(services, parser.Complete(), printEvents);
        if (!printEvents)
        {
            services.Terminal.Out.WriteLine(JsonSerializer.Serialize(ParsedMessage.Of(parser.Message, parser.HasIncompleteCall), CliJson.Indented.ParsedMessage));
        }
    }

    private static void Print(CliServices services, IReadOnlyList<ChatParseEvent> events, bool print)
    {
        foreach (ChatParseEvent one in print ? events : [])
        {
            services.Terminal.Out.WriteLine(JsonSerializer.Serialize(ParsedEvent.Of(one), CliJson.Lines.ParsedEvent));
        }
    }

    // As the engine finds it: Go templates write the head of an answer always, so of theirs only thinking that they open or end is known.
    private static string GenerationPrompt(ChatTemplate template, ChatFormat format)
    {
        ChatPromptRequest request = new() { Messages = [new ChatMessage { Role = "user", Content = "Hello." }] };
        try
        {
            MarkedText asking = template.Render(request);
            string without = template.Render(request with { AddGenerationPrompt = false }).Text;
            return asking.Text == without ? AnswerPrefix.AtEndOf(format, asking) : asking.Text[asking.Text.AsSpan().CommonPrefixLength(without)..];
        }
        catch (TemplateException)
        {
            // The template wants another conversation; the answer is read as if the prompt held nothing of it.
            return string.Empty;
        }
    }

    private static string ReadText(string path) => File.Exists(path)
        ? File.ReadAllText(path)
        : throw new CliException($"No file at '{path}'.", "Give the path of a file with the text to parse.");
}
