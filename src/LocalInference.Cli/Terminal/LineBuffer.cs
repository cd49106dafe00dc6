using System.Globalization;
using System.Text;

namespace LocalInference.Cli.Terminal;

/// <summary>A text under edit and the cursor in it, which never stands inside a character that a person sees as one.</summary>
internal sealed class LineBuffer
{
    private readonly StringBuilder _text = new();

    public string Text => _text.ToString();

    /// <summary>The cursor, in UTF-16 units from the start.</summary>
    public int Cursor { get; private set; }

    public bool IsEmpty => _text.Length == 0;

    public void Set(string text)
    {
        _text.Clear().Append(text);
        Cursor = text.Length;
    }

    public void Insert(string text)
    {
        _text.Insert(Cursor, text);
        Cursor += text.Length;
    }

    public void MoveHome() => Cursor = 0;

    public void MoveEnd() => Cursor = _text.Length;

    public void MoveLeft() => Cursor = Before(Cursor);

    public void MoveRight() => Cursor = After(Cursor);

    public void MoveWordLeft() => Cursor = WordBefore(Cursor);

    public void MoveWordRight()
    {
        while (Cursor < _text.Length && char.IsWhiteSpace(_text[Cursor]))
        {
            Cursor++;
        }

        while (Cursor < _text.Length && !char.IsWhiteSpace(_text[Cursor]))
        {
            Cursor++;
        }
    }

    public void Backspace() => Remove(Before(Cursor), Cursor);

    public void Delete() => Remove(Cursor, After(Cursor));

    public void DeleteToStart() => Remove(0, Cursor);

    public void DeleteToEnd() => Remove(Cursor, _text.Length);

    public void DeleteWordBefore() => Remove(WordBefore(Cursor), Cursor);

    private void Remove(int start, int end)
    {
        _text.Remove(start, end - start);
        Cursor = start;
    }

    private int WordBefore(int position)
    {
        while (position > 0 && char.IsWhiteSpace(_text[position - 1]))
        {
            position--;
        }

        while (position > 0 && !char.IsWhiteSpace(_text[position - 1]))
        {
            position--;
        }

        return position;
    }

    private int After(int position) =>
        position == _text.Length ? position : position + StringInfo.GetNextTextElementLength(Text, position);

    private int Before(int position)
    {
        string text = Text;
        int start = 0;
        int previous = 0;
        while (start < position)
        {
            previous = start;
            start += StringInfo.GetNextTextElementLength(text, start);
        }

        return previous;
    }
}
