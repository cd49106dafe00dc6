using System.Text;

namespace LocalInference.Cli.Terminal;

/// <summary>
/// Reads a line with the keys that shells have: arrows, Home/End, Ctrl-A/E/B/F/U/K/W/L, word moves with Alt or Ctrl, history
/// with up and down. Pasted text is taken as text, newlines included, where the terminal marks pastes (bracketed paste).
/// </summary>
internal sealed class LineEditor(IKeySource keys, TextWriter output, Func<int> width)
{
    private const string EnablePasteMarks = "\e[?2004h";
    private const string DisablePasteMarks = "\e[?2004l";
    private const string PasteStart = "200~";
    private const string PasteEnd = "[201~";

    private readonly LineHistory _history = new();
    private readonly LineBuffer _buffer = new();
    private readonly LineView _view = new(output, width);
    private ConsoleKeyInfo? _unread;

    public LineResult Read(string prompt)
    {
        using IDisposable editing = keys.BeginEditing();
        output.Write(EnablePasteMarks);
        _buffer.Set("");
        _view.Begin();
        try
        {
            return Edit(prompt);
        }
        finally
        {
            output.Write(DisablePasteMarks);
            output.Write("\r\n");
            output.Flush();
        }
    }

    private LineResult Edit(string prompt)
    {
        while (true)
        {
            _view.Draw(prompt, _buffer.Text, _buffer.Cursor);
            if (Next() is not { } key)
            {
                return new(LineOutcome.EndOfInput, "");
            }

            if (key.Key == ConsoleKey.Enter)
            {
                _buffer.MoveEnd();
                _view.Draw(prompt, _buffer.Text, _buffer.Cursor);
                _history.Add(_buffer.Text);
                return new(LineOutcome.Line, _buffer.Text);
            }

            if (key.Modifiers.HasFlag(ConsoleModifiers.Control))
            {
                if (key.Key == ConsoleKey.C)
                {
                    return new(LineOutcome.Interrupted, "");
                }

                if (key.Key == ConsoleKey.D && _buffer.IsEmpty)
                {
                    return new(LineOutcome.EndOfInput, "");
                }
            }

            Apply(key);
        }
    }

    private void Apply(ConsoleKeyInfo key)
    {
        bool control = key.Modifiers.HasFlag(ConsoleModifiers.Control);
        bool word = control || key.Modifiers.HasFlag(ConsoleModifiers.Alt);
        switch (key.Key)
        {
            case ConsoleKey.LeftArrow when word:
            case ConsoleKey.B when key.Modifiers == ConsoleModifiers.Alt:
                _buffer.MoveWordLeft();
                break;
            case ConsoleKey.RightArrow when word:
            case ConsoleKey.F when key.Modifiers == ConsoleModifiers.Alt:
                _buffer.MoveWordRight();
                break;
            case ConsoleKey.LeftArrow:
            case ConsoleKey.B when control:
                _buffer.MoveLeft();
                break;
            case ConsoleKey.RightArrow:
            case ConsoleKey.F when control:
                _buffer.MoveRight();
                break;
            case ConsoleKey.UpArrow:
            case ConsoleKey.P when control:
                Recall(_history.Previous(_buffer.Text));
                break;
            case ConsoleKey.DownArrow:
            case ConsoleKey.N when control:
                Recall(_history.Next());
                break;
            case ConsoleKey.Home:
            case ConsoleKey.A when control:
                _buffer.MoveHome();
                break;
            case ConsoleKey.End:
            case ConsoleKey.E when control:
                _buffer.MoveEnd();
                break;
            case ConsoleKey.W when control:
            case ConsoleKey.Backspace when word:
                _buffer.DeleteWordBefore();
                break;
            case ConsoleKey.Backspace:
                _buffer.Backspace();
                break;
            case ConsoleKey.Delete:
            case ConsoleKey.D when control:
                _buffer.Delete();
                break;
            case ConsoleKey.U when control:
                _buffer.DeleteToStart();
                break;
            case ConsoleKey.K when control:
                _buffer.DeleteToEnd();
                break;
            case ConsoleKey.L when control:
                output.Write("\e[H\e[2J");
                _view.Begin();
                break;
            case ConsoleKey.Escape:
                ReadAfterEscape();
                break;
            default:
                Type(key);
                break;
        }
    }

    private void Recall(string? line)
    {
        if (line is not null)
        {
            _buffer.Set(line);
        }
    }

    private void Type(ConsoleKeyInfo key)
    {
        StringBuilder typed = new();
        AppendPrintable(typed, key);

        // The other half of a character outside the basic plane, and whatever else is there: drawn once.
        while (typed.Length > 0 && char.IsHighSurrogate(typed[^1]) && Next() is { } next)
        {
            AppendPrintable(typed, next);
        }

        _buffer.Insert(typed.ToString());
    }

    // .NET hands a sequence that it does not know over key by key, behind an Escape.
    private void ReadAfterEscape()
    {
        if (!keys.KeyAvailable || Next() is not { } first)
        {
            return;
        }

        if (first.KeyChar != '[')
        {
            // A person who pressed Escape and went on.
            _unread = first;
            return;
        }

        // ECMA-48, 5.4: parameters, then one final byte from @ to ~.
        StringBuilder sequence = new();
        while (keys.KeyAvailable && Next() is { } key)
        {
            sequence.Append(key.KeyChar);
            if (key.KeyChar is >= '@' and <= '~')
            {
                break;
            }
        }

        if (string.Equals(sequence.ToString(), PasteStart, StringComparison.Ordinal))
        {
            _buffer.Insert(ReadPaste());
        }
    }

    private ConsoleKeyInfo? Next()
    {
        ConsoleKeyInfo? key = _unread ?? keys.Read();
        _unread = null;
        return key;
    }

    private string ReadPaste()
    {
        StringBuilder pasted = new();
        while (Next() is { } key)
        {
            if (key.Key == ConsoleKey.Enter)
            {
                pasted.Append('\n');
            }
            else if (key.Key == ConsoleKey.Tab)
            {
                pasted.Append('\t');
            }
            else
            {
                AppendPrintable(pasted, key);
                if (Ends(pasted, PasteEnd))
                {
                    pasted.Length -= PasteEnd.Length;
                    break;
                }
            }
        }

        return pasted.ToString();
    }

    private static bool Ends(StringBuilder text, string end) =>
        text.Length >= end.Length && string.Equals(text.ToString(text.Length - end.Length, end.Length), end, StringComparison.Ordinal);

    private static void AppendPrintable(StringBuilder into, ConsoleKeyInfo key)
    {
        if (!char.IsControl(key.KeyChar))
        {
            into.Append(key.KeyChar);
        }
    }
}
