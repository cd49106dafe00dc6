using System.Globalization;
using System.Text;
using Spectre.Console.Rendering;

namespace LocalInference.Cli.Terminal;

/// <summary>
/// Draws a prompt and the text behind it, over as many rows as it takes, with ECMA-48 control sequences. Rows are broken by
/// us and not by the terminal, whose cursor stays at the margin when a row is exactly full.
/// </summary>
internal sealed class LineView(TextWriter output, Func<int> width)
{
    private int _cursorRow;

    /// <summary>Starts below whatever was written since.</summary>
    public void Begin() => _cursorRow = 0;

    public void Draw(string prompt, string text, int cursor)
    {
        StringBuilder drawing = new("\r");
        if (_cursorRow > 0)
        {
            drawing.Append($"\e[{_cursorRow}A");
        }

        drawing.Append("\e[J").Append(prompt);
        Position at = new(0, prompt.Length);
        Position wanted = at;
        for (int i = 0; i < text.Length;)
        {
            if (i == cursor)
            {
                wanted = at;
            }

            int length = StringInfo.GetNextTextElementLength(text, i);
            at = Append(drawing, text.Substring(i, length), at);
            i += length;
        }

        if (cursor == text.Length)
        {
            wanted = at;
        }

        if (at.Row > wanted.Row)
        {
            drawing.Append($"\e[{at.Row - wanted.Row}A");
        }

        drawing.Append('\r');
        if (wanted.Column > 0)
        {
            drawing.Append($"\e[{wanted.Column}C");
        }

        _cursorRow = wanted.Row;
        output.Write(drawing.ToString());
        output.Flush();
    }

    private Position Append(StringBuilder drawing, string element, Position at)
    {
        int columns = Math.Max(2, width());
        if (element is "\n")
        {
            drawing.Append("\r\n");
            return new(at.Row + 1, 0);
        }

        int cells = element is "\t" ? 1 : Math.Max(1, new Segment(element).CellCount());
        if (at.Column + cells > columns)
        {
            drawing.Append("\r\n");
            at = new(at.Row + 1, 0);
        }

        drawing.Append(element is "\t" ? " " : element);
        at = at with { Column = at.Column + cells };
        if (at.Column < columns)
        {
            return at;
        }

        drawing.Append("\r\n");
        return new(at.Row + 1, 0);
    }

    private readonly record struct Position(int Row, int Column);
}
