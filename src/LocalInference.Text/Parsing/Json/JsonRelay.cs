using System.Text;

namespace LocalInference.Text.Parsing;

/// <summary>
/// Passes one JSON value on, code unit by code unit, checking it on the way, so that what has been passed on can be closed to
/// valid JSON at any time (RFC 8259).
/// </summary>
/// <remarks>
/// It mends what models get wrong without ambiguity: line breaks in strings are escaped, a comma before a closing bracket is
/// dropped, and, with <c>python</c>, single quotes and <c>True</c>, <c>False</c>, <c>None</c> become JSON's. Half of a surrogate
/// pair, escaped, becomes U+FFFD: no reader of JSON can decode it.
/// </remarks>
/// <param name="python">Whether Python's literals count.</param>
/// <param name="depth">How many objects and arrays are open around the value.</param>
internal sealed partial class JsonRelay(bool python = false, int depth = 0)
{
    /// <summary>Clearly below the 64 that .NET's readers take: whoever gets arguments may put them into other JSON.</summary>
    public const int MaximumDepth = 50;

    private readonly Stack<char> _open = new();
    private Expect _expect = Expect.Value;
    private JsonNumberReader _number;
    private string _word = string.Empty;
    private int _wordIndex;
    private char _quote;
    private int _escapeDigits;
    private char _escaped;

    // The first half of a surrogate pair, until what follows shows whether its second comes; 0: none.
    private char _half;
    private bool _comma;

    private enum Expect
    {
        Value,
        ValueOrEnd,
        KeyOrEnd,
        Colon,
        CommaOrEnd,
        Text,
        Key,
        Escape,
        Word,
        Number,
        Done,
        Failed,
    }

    /// <summary>Whether the value is whole.</summary>
    public bool IsDone => _expect == Expect.Done;

    /// <summary>Whether the text is not JSON.</summary>
    public bool HasFailed => _expect == Expect.Failed;

    /// <summary>Whether nothing but white space came so far.</summary>
    public bool IsEmpty { get; private set; } = true;

    /// <summary>Passes text on until the value is whole or wrong.</summary>
    /// <returns>How much of the text belongs to the value.</returns>
    public int Accept(ReadOnlySpan<char> text, StringBuilder output)
    {
        int index = 0;
        while (index < text.Length && _expect is not (Expect.Done or Expect.Failed))
        {
            if (_expect is Expect.Text or Expect.Key)
            {
                index += AcceptPlainText(text[index..], output);
                if (index == text.Length)
                {
                    break;
                }
            }

            if (AcceptOne(text[index], output))
            {
                index++;
            }
        }

        return index;
    }

    /// <summary>A number at the top ends where the text does.</summary>
    public void End()
    {
        if (_expect == Expect.Number && _open.Count == 0 && _number.IsWhole)
        {
            _expect = Expect.Done;
        }
    }

    private int AcceptPlainText(ReadOnlySpan<char> text, StringBuilder output)
    {
        int length = 0;
        while (length < text.Length && text[length] >= ' ' && text[length] is not ('\\' or '"' or '\''))
        {
            length++;
        }

        if (length > 0)
        {
            EndHalf(output);
            output.Append(text[..length]);
        }

        return length;
    }

    /// <returns>Whether the code unit was consumed; false: it ends a number and is looked at again, or is wrong.</returns>
    private bool AcceptOne(char c, StringBuilder output)
    {
        switch (_expect)
        {
            case Expect.Text or Expect.Key:
                return AcceptInText(c, output);
            case Expect.Escape:
                return AcceptEscape(c, output);
            case Expect.Word:
                return AcceptWord(c, output);
            case Expect.Number:
                return AcceptNumber(c, output);
        }

        if (c is ' ' or '\t' or '\n' or '\r')
        {
            if (!IsEmpty && !_comma)
            {
                output.Append(c);
            }

            return true;
        }

        IsEmpty = false;
        return AcceptStructure(c, output);
    }

    private bool AcceptStructure(char c, StringBuilder output)
    {
        switch (_expect)
        {
            case Expect.Colon when c == ':':
                output.Append(c);
                _expect = Expect.Value;
                return true;
            case Expect.CommaOrEnd when c == ',':
                // Passed on with what follows it, because nothing may.
                _comma = true;
                _expect = _open.Peek() == '{' ? Expect.KeyOrEnd : Expect.ValueOrEnd;
                return true;
            case Expect.CommaOrEnd or Expect.KeyOrEnd or Expect.ValueOrEnd when _open.Count > 0 && c == (_open.Peek() == '{' ? '}' : ']'):
                _comma = false;
                output.Append(c);
                _open.Pop();
                EndValue();
                return true;
            case Expect.KeyOrEnd when IsQuote(c):
                StartText(c, Expect.Key, output);
                return true;
            case Expect.Value or Expect.ValueOrEnd:
                return AcceptValueStart(c, output);
            default:
                return Fail();
        }
    }

    private bool AcceptValueStart(char c, StringBuilder output)
    {
        if (IsQuote(c))
        {
            StartText(c, Expect.Text, output);
            return true;
        }

        if (c is '{' or '[')
        {
            if (_open.Count + depth >= MaximumDepth)
            {
                return Fail();
            }

            WriteComma(output);
            output.Append(c);
            _open.Push(c);
            _expect = c == '{' ? Expect.KeyOrEnd : Expect.ValueOrEnd;
            return true;
        }

        if (c == '-' || char.IsAsciiDigit(c))
        {
            WriteComma(output);
            output.Append(c);
            _number = JsonNumberReader.Begin(c);
            _expect = Expect.Number;
            return true;
        }

        string? word = c switch
        {
            't' => "true",
            'f' => "false",
            'n' => "null",
            'T' when python => "true",
            'F' when python => "false",
            'N' when python => "null",
            _ => null,
        };
        if (word is null)
        {
            return Fail();
        }

        WriteComma(output);
        _pythonWord = c == 'N';
        _word = word;
        _wordIndex = 1;
        _expect = Expect.Word;
        output.Append(word[0]);
        return true;
    }

    private bool Fail()
    {
        _failedIn = _expect;
        _expect = Expect.Failed;
        return false;
    }

    private void EndValue() => _expect = _open.Count == 0 ? Expect.Done : Expect.CommaOrEnd;

    private void WriteComma(StringBuilder output)
    {
        if (_comma)
        {
            output.Append(',');
            _comma = false;
        }
    }

    private bool IsQuote(char c) => c == '"' || (python && c == '\'');

    private void StartText(char quote, Expect kind, StringBuilder output)
    {
        WriteComma(output);
        output.Append('"');
        _quote = quote;
        _expect = kind;
    }
}
