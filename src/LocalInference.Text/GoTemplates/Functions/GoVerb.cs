namespace LocalInference.Text.GoTemplates;

/// <summary>A verb of a format: <c>%[flags][width][.precision]letter</c>.</summary>
internal readonly record struct GoVerb(char Letter, bool Minus, bool Plus, bool Zero, int Width, int? Precision)
{
    /// <summary>Reads the verb behind a percent sign.</summary>
    public static GoVerb Read(string text, ref int position, int largest)
    {
        (bool minus, bool plus, bool zero) = (false, false, false);
        for (; position < text.Length && text[position] is '-' or '+' or '0' or '#' or ' '; position++)
        {
            minus |= text[position] == '-';
            plus |= text[position] == '+';
            zero |= text[position] == '0';
        }

        int width = ReadNumber(text, ref position, largest);
        int? precision = null;
        if (position < text.Length && text[position] == '.')
        {
            position++;
            precision = ReadNumber(text, ref position, largest);
        }

        return position < text.Length
            ? new GoVerb(text[position++], minus, plus, zero, width, precision)
            : throw new GoValueException("The format ends inside of a verb");
    }

    private static int ReadNumber(string text, ref int position, int largest)
    {
        int number = 0;
        for (; position < text.Length && char.IsAsciiDigit(text[position]); position++)
        {
            number = (number * 10) + (text[position] - '0');
            if (number > largest)
            {
                throw new GoValueException($"A width of a format is over {largest}", TemplateErrorKind.Limit);
            }
        }

        return number;
    }
}
