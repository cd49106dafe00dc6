using System.Globalization;

namespace LocalInference.Text.Jinja;

/// <summary>Python's <c>str.format</c>, with fields resolved by the sandbox's rules.</summary>
internal static class FieldFormat
{
    public static JinjaValue Apply(RenderContext context, JinjaValue format, in CallArguments arguments)
    {
        TextBuffer buffer = context.RentBuffer();
        int automatic = 0;
        Write(context, format, arguments, buffer, ref automatic, depth: 0);
        return context.TakeText(buffer).AsMarkup(format.IsMarkup);
    }

    private static void Write(RenderContext context, JinjaValue format, in CallArguments arguments, TextBuffer output, ref int automatic, int depth)
    {
        ReadOnlySpan<char> text = format.Span;
        int i = 0;
        while (i < text.Length)
        {
            int brace = text[i..].IndexOfAny('{', '}');
            if (brace < 0)
            {
                output.Append(format.Slice(i, text.Length - i));
                return;
            }

            output.Append(format.Slice(i, brace));
            i += brace;
            if (i + 1 < text.Length && text[i + 1] == text[i])
            {
                output.Append(format.Slice(i, 1));
                i += 2;
                continue;
            }

            if (text[i] == '}')
            {
                throw new JinjaFault("Single '}' encountered in format string");
            }

            int end = FindEnd(text, i + 1);
            output.Append(Field(context, format.Slice(i + 1, end - i - 1), arguments, ref automatic, depth));
            i = end + 1;
        }
    }

    private static int FindEnd(ReadOnlySpan<char> text, int start)
    {
        int open = 1;
        for (int i = start; i < text.Length; i++)
        {
            open += text[i] == '{' ? 1 : text[i] == '}' ? -1 : 0;
            if (open == 0)
            {
                return i;
            }
        }

        throw new JinjaFault("expected '}' before end of string");
    }

    private static JinjaValue Field(RenderContext context, JinjaValue field, in CallArguments arguments, ref int automatic, int depth)
    {
        context.Step();
        if (depth > 1)
        {
            throw new JinjaFault("Max string recursion exceeded");
        }

        string text = field.TextString();
        int nameEnd = NameEnd(text);
        JinjaValue value = Lookup(context, text[..nameEnd], arguments, ref automatic);
        int at = nameEnd;
        if (at < text.Length && text[at] == '!')
        {
            char conversion = at + 1 < text.Length ? text[at + 1] : '\0';
            value = conversion switch
            {
                'r' or 'a' => Filters.Find("pprint")!.Invoke(context, value),
                's' => PythonText.ToText(context, value),
                _ => throw new JinjaFault("Unknown conversion specifier"),
            };
            at += 2;
        }

        if (at >= text.Length)
        {
            return FormatSpecification.Apply(context, value, "");
        }

        if (text[at] != ':')
        {
            throw new JinjaFault("expected ':' after conversion specifier");
        }

        TextBuffer specification = context.RentBuffer();
        Write(context, field.Slice(at + 1, field.Length - at - 1), arguments, specification, ref automatic, depth + 1);
        return FormatSpecification.Apply(context, value, context.TakeText(specification).TextString());
    }

    private static int NameEnd(string text)
    {
        bool inBrackets = false;
        for (int i = 0; i < text.Length; i++)
        {
            inBrackets = text[i] == '[' || (inBrackets && text[i] != ']');
            if (!inBrackets && text[i] is ':' or '!')
            {
                return i;
            }
        }

        return text.Length;
    }

    private static JinjaValue Lookup(RenderContext context, string path, in CallArguments arguments, ref int automatic)
    {
        int end = path.AsSpan().IndexOfAny('.', '[');
        string first = end < 0 ? path : path[..end];
        JinjaValue value;
        if (first.Length == 0)
        {
            if (automatic < 0)
            {
                throw new JinjaFault("cannot switch from manual field specification to automatic field numbering");
            }

            value = Positional(arguments, automatic++);
        }
        else if (first.Length < 9 && first.All(char.IsAsciiDigit))
        {
            if (automatic > 0)
            {
                throw new JinjaFault("cannot switch from automatic field numbering to manual field specification");
            }

            automatic = -1;
            value = Positional(arguments, int.Parse(first, CultureInfo.InvariantCulture));
        }
        else if (!arguments.TryGetNamed(first, out value))
        {
            throw new JinjaFault("A field of the format has no argument of its name");
        }

        return end < 0 ? value : Follow(context, value, path.AsSpan(end));
    }

    private static JinjaValue Follow(RenderContext context, JinjaValue value, ReadOnlySpan<char> rest)
    {
        while (!rest.IsEmpty)
        {
            bool isItem = rest[0] == '[';
            int end = isItem ? rest.IndexOf(']') : rest[1..].IndexOfAny('.', '[') + 1;
            end = !isItem && end == 0 ? rest.Length : end;
            if (end <= 1)
            {
                throw new JinjaFault("Empty attribute in format string");
            }

            string name = rest[1..end].ToString();
            value = !isItem ? Attributes.Get(context, value, name)
                : Attributes.GetItem(context, value, name.Length < 9 && name.All(char.IsAsciiDigit)
                    ? JinjaValue.FromInteger(int.Parse(name, CultureInfo.InvariantCulture))
                    : JinjaValue.FromString(name));
            rest = rest[(isItem ? end + 1 : end)..];
        }

        return value;
    }

    private static JinjaValue Positional(in CallArguments arguments, int index) => index < arguments.Positional.Length
        ? arguments.Positional[index]
        : throw new JinjaFault("Replacement index out of range for positional args tuple");
}
