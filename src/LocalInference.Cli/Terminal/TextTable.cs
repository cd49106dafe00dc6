using System.Text;
using Spectre.Console;

namespace LocalInference.Cli.Terminal;

/// <summary>A table: with lines for a person at a terminal, in aligned columns for a pipe or a file.</summary>
internal sealed class TextTable
{
    private readonly string[] _headers;
    private readonly bool[] _rightAligned;
    private readonly List<string[]> _rows = [];

    /// <param name="headers">The column heads; a leading <c>&gt;</c> aligns the column right.</param>
    public TextTable(params string[] headers)
    {
        _rightAligned = [.. headers.Select(static h => h.StartsWith('>'))];
        _headers = [.. headers.Select(static h => h.TrimStart('>'))];
    }

    public void AddRow(params string[] cells) => _rows.Add([.. cells.Select(PrintableText.OnOneLine)]);

    public void WriteTo(CliTerminal terminal)
    {
        if (terminal.OutIsTerminal)
        {
            WriteBoxed(terminal.CreateOutConsole());
        }
        else
        {
            WriteAligned(terminal.Out);
        }
    }

    private void WriteBoxed(IAnsiConsole console)
    {
        Table table = new() { Border = TableBorder.Rounded };
        for (int i = 0; i < _headers.Length; i++)
        {
            TableColumn column = new(Markup.Escape(_headers[i]));
            table.AddColumn(_rightAligned[i] ? column.RightAligned() : column);
        }

        foreach (string[] row in _rows)
        {
            table.AddRow([.. row.Select(static cell => new Spectre.Console.Text(cell))]);
        }

        console.Write(table);
    }

    private void WriteAligned(TextWriter writer)
    {
        int[] widths = [.. _headers.Select((header, i) => Math.Max(header.Length, _rows.Select(row => row[i].Length).DefaultIfEmpty().Max()))];
        foreach (string[] row in _rows.Prepend(_headers))
        {
            StringBuilder line = new();
            for (int i = 0; i < row.Length; i++)
            {
                line.Append(i == 0 ? "" : "  ").Append(_rightAligned[i] ? row[i].PadLeft(widths[i]) : row[i].PadRight(widths[i]));
            }

            writer.WriteLine(line.ToString().TrimEnd());
        }
    }
}
