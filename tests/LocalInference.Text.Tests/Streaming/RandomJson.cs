using System.Globalization;
using System.Text;

namespace LocalInference.Text.Tests.Streaming;

/// <summary>Random JSON texts with everything that may be cut in the middle: escapes, surrogate pairs, exponents, white space.</summary>
internal sealed class RandomJson(Random random)
{
    private static readonly string[] s_spaces = ["", "", "", " ", "\n  ", "\t"];
    private static readonly string[] s_characters = ["a", "Z", "ñ", "你", "😀", "\\n", "\\\"", "\\\\", "\\/", "\\u00e9", "\\ud83d\\ude00", "\\u0000", "{", "]", ":", ","];
    private readonly StringBuilder _text = new();

    public string Next()
    {
        _text.Clear();
        Write(depth: 0);
        return _text.ToString();
    }

    private void Write(int depth)
    {
        Space();
        switch (random.Next(depth < 5 ? 8 : 5))
        {
            case 0:
                _text.Append(random.Next(3) switch { 0 => "true", 1 => "false", _ => "null" });
                break;
            case 1:
                Number();
                break;
            case 2 or 3:
                Characters();
                break;
            case 4:
                _text.Append(random.Next(2) == 0 ? "[]" : "{}");
                break;
            case 5 or 6:
                Members('{', '}', depth);
                break;
            default:
                Members('[', ']', depth);
                break;
        }

        Space();
    }

    private void Members(char open, char close, int depth)
    {
        _text.Append(open);
        int count = random.Next(0, 5);
        for (int i = 0; i < count; i++)
        {
            if (i > 0)
            {
                _text.Append(',');
            }

            if (open == '{')
            {
                Space();
                Characters();
                Space();
                _text.Append(':');
            }

            Write(depth + 1);
        }

        _text.Append(close);
    }

    private void Number()
    {
        string sign = random.Next(3) == 0 ? "-" : "";
        string whole = random.Next(4) == 0 ? "0" : random.Next(1, 100_000).ToString(CultureInfo.InvariantCulture);
        string fraction = random.Next(3) == 0 ? "." + random.Next(1000).ToString("000", CultureInfo.InvariantCulture) : "";
        string exponent = random.Next(4) == 0 ? (random.Next(2) == 0 ? "e" : "E") + (random.Next(3) switch { 0 => "+", 1 => "-", _ => "" }) + random.Next(30).ToString(CultureInfo.InvariantCulture) : "";
        _text.Append(sign).Append(whole).Append(fraction).Append(exponent);
    }

    private void Characters()
    {
        _text.Append('"');
        int count = random.Next(0, 8);
        for (int i = 0; i < count; i++)
        {
            _text.Append(s_characters[random.Next(s_characters.Length)]);
        }

        _text.Append('"');
    }

    private void Space() => _text.Append(s_spaces[random.Next(s_spaces.Length)]);
}
