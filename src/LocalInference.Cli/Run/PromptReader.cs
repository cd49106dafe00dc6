using System.Text;
using LocalInference.Cli.Terminal;

namespace LocalInference.Cli.Run;

/// <summary>Reads prompts: one line each, or several between triple quotes.</summary>
internal sealed class PromptReader(LineEditor editor)
{
    private const string Quotes = "\"\"\"";
    private const string FirstPrompt = ">>> ";
    private const string NextPrompt = "... ";

    public LineResult Read()
    {
        LineResult first = editor.Read(FirstPrompt);
        string line = first.Text.TrimStart();
        if (first.Outcome != LineOutcome.Line || !line.StartsWith(Quotes, StringComparison.Ordinal))
        {
            return first;
        }

        StringBuilder text = new();
        string rest = line[Quotes.Length..];
        while (true)
        {
            string trimmed = rest.TrimEnd();
            if (trimmed.EndsWith(Quotes, StringComparison.Ordinal))
            {
                return new(LineOutcome.Line, text.Append(trimmed, 0, trimmed.Length - Quotes.Length).ToString());
            }

            text.Append(rest).Append('\n');
            LineResult next = editor.Read(NextPrompt);
            if (next.Outcome != LineOutcome.Line)
            {
                return next;
            }

            rest = next.Text;
        }
    }
}
