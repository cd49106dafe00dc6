namespace LocalInference.Text.Jinja;

/// <summary>Breaking long lines at spaces, as Python's <c>textwrap</c> does.</summary>
internal static class TextWrapping
{
    public static JinjaValue Wrap(RenderContext context, JinjaValue text, int width, bool breaksWords, JinjaValue separator, bool breaksAtHyphens)
    {
        if (width <= 0)
        {
            throw new JinjaFault("invalid width (must be > 0)");
        }

        SequenceObject lines = (SequenceObject)TextSearch.SplitLines(context, text, keepsEnds: false).Reference!;
        TextBuffer buffer = context.RentBuffer();
        for (int i = 0; i < lines.Count; i++)
        {
            if (i > 0)
            {
                buffer.Append(separator);
            }

            WrapLine(context, lines.ItemAt(i), width, breaksWords, breaksAtHyphens, separator, buffer);
        }

        return context.TakeText(buffer);
    }

    private static void WrapLine(RenderContext context, JinjaValue line, int width, bool breaksWords, bool breaksAtHyphens, JinjaValue separator, TextBuffer output)
    {
        Stack<JinjaValue> chunks = new(Chunks(line, breaksAtHyphens).Reverse());
        bool isFirst = true;
        while (chunks.Count > 0)
        {
            context.Step();

            // A line does not begin with space, except the first.
            if (!isFirst && IsSpace(chunks.Peek()))
            {
                chunks.Pop();
                continue;
            }

            List<JinjaValue> taken = Take(chunks, width, breaksWords);
            if (taken.Count > 0 && IsSpace(taken[^1]))
            {
                taken.RemoveAt(taken.Count - 1);
            }

            if (taken.Count == 0)
            {
                continue;
            }

            if (!isFirst)
            {
                output.Append(separator);
            }

            taken.ForEach(chunk => output.Append(chunk));
            isFirst = false;
        }
    }

    private static List<JinjaValue> Take(Stack<JinjaValue> chunks, int width, bool breaksWords)
    {
        List<JinjaValue> taken = [];
        int length = 0;
        while (chunks.Count > 0 && length + chunks.Peek().Length <= width)
        {
            length += chunks.Peek().Length;
            taken.Add(chunks.Pop());
        }

        if (chunks.Count > 0 && chunks.Peek().Length > width)
        {
            if (breaksWords)
            {
                JinjaValue chunk = chunks.Pop();
                int room = Math.Max(1, width - length);
                taken.Add(chunk.Slice(0, room));
                chunks.Push(chunk.Slice(room, chunk.Length - room));
            }
            else if (taken.Count == 0)
            {
                taken.Add(chunks.Pop());
            }
        }

        return taken;
    }

    private static bool IsSpace(JinjaValue chunk) => chunk.Length > 0 && PythonText.IsSpace(chunk.Span[0]);

    // Words and the spaces between them, words also split behind hyphens between letters.
    private static IEnumerable<JinjaValue> Chunks(JinjaValue line, bool breaksAtHyphens)
    {
        int start = 0;
        for (int i = 1; i <= line.Length; i++)
        {
            if (i == line.Length || EndsChunk(line.Span, start, i, breaksAtHyphens))
            {
                yield return line.Slice(start, i - start);
                start = i;
            }
        }
    }

    private static bool EndsChunk(ReadOnlySpan<char> line, int start, int i, bool breaksAtHyphens) =>
        PythonText.IsSpace(line[i]) != PythonText.IsSpace(line[i - 1])
        || (breaksAtHyphens && line[i - 1] == '-' && i - start >= 3 && char.IsLetter(line[i - 2]) && char.IsLetter(line[i]));
}
