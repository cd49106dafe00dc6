using System.Runtime.InteropServices;
using System.Text;
using LocalInference.Abstractions;
using LocalInference.Native;

namespace LocalInference;

/// <summary>
/// Renders a conversation with the templates that libllama knows (it recognises them by their marks; it has no Jinja engine)
/// and turns the result into tokens. What a user wrote never becomes a control token, whatever it spells: the template is
/// rendered around placeholders, and the texts are put in as plain text.
/// </summary>
internal static unsafe class ChatPrompt
{
    // Private-use characters: no template looks at them, no tokenizer has a token of its own for the pair.
    private const char Open = '\uE0F0';
    private const char Close = '\uE0F1';

    /// <exception cref="GenerationException">The template is not one of libllama's.</exception>
    public static int[] Encode(Tokenizer tokenizer, string template, IReadOnlyList<ChatTurn> turns)
    {
        var placeholders = new ChatTurn[turns.Count];
        for (int i = 0; i < turns.Count; i++)
        {
            placeholders[i] = turns[i] with { Content = $"{Open}{i}{Close}" };
        }

        string frame = Render(template, placeholders);
        int[] whole = tokenizer.Encode(Fill(frame, turns), parseSpecial: true);

        // The usual case, and then exactly what llama.cpp would make of it. Otherwise a message spells a control token.
        int expected = tokenizer.Encode(frame, parseSpecial: true).Count(tokenizer.IsControl);
        return whole.Count(tokenizer.IsControl) == expected && !turns.Any(turn => SpellsSpecialToken(tokenizer, turn.Content))
            ? whole
            : EncodeApart(tokenizer, frame, turns);
    }

    // Control tokens and others that only stand for text by name, such as <unk>.
    private static bool SpellsSpecialToken(Tokenizer tokenizer, string content) =>
        !tokenizer.Encode(content, addSpecial: false, parseSpecial: true).AsSpan()
            .SequenceEqual(tokenizer.Encode(content, addSpecial: false));

    private static int[] EncodeApart(Tokenizer tokenizer, string frame, IReadOnlyList<ChatTurn> turns)
    {
        var tokens = new List<int>();
        bool first = true;
        foreach ((string text, bool isContent) in Split(frame, turns))
        {
            tokens.AddRange(tokenizer.Encode(text, addSpecial: first, parseSpecial: !isContent));
            first = false;
        }

        return [.. tokens];
    }

    private static string Fill(string frame, IReadOnlyList<ChatTurn> turns)
    {
        var text = new StringBuilder();
        foreach ((string part, _) in Split(frame, turns))
        {
            text.Append(part);
        }

        return text.ToString();
    }

    private static IEnumerable<(string Text, bool IsContent)> Split(string frame, IReadOnlyList<ChatTurn> turns)
    {
        int start = 0;
        for (int open; (open = frame.IndexOf(Open, start)) >= 0;)
        {
            if (open > start)
            {
                yield return (frame[start..open], false);
            }

            int close = frame.IndexOf(Close, open);
            yield return (turns[int.Parse(frame.AsSpan((open + 1)..close))].Content, true);
            start = close + 1;
        }

        if (start < frame.Length)
        {
            yield return (frame[start..], false);
        }
    }

    private static string Render(string template, ChatTurn[] turns)
    {
        var strings = new List<nint>();
        try
        {
            Span<llama_chat_message> messages = new llama_chat_message[turns.Length];
            for (int i = 0; i < turns.Length; i++)
            {
                messages[i] = new llama_chat_message { role = Utf8(turns[i].Role, strings), content = Utf8(turns[i].Content, strings) };
            }

            byte* name = Utf8(template, strings);
            fixed (llama_chat_message* chat = messages)
            {
                int length = Llama.llama_chat_apply_template(name, chat, (nuint)turns.Length, 1, null, 0);
                if (length < 0)
                {
                    throw ExceptionFactory.Generation("template_unknown", "The model's chat template is not one that this version renders", "Use raw completion and write the prompt's marks yourself.");
                }

                byte[] buffer = new byte[length + 1];
                fixed (byte* output = buffer)
                {
                    length = Llama.llama_chat_apply_template(name, chat, (nuint)turns.Length, 1, output, buffer.Length);
                }

                return Encoding.UTF8.GetString(buffer, 0, length);
            }
        }
        finally
        {
            foreach (nint text in strings)
            {
                Marshal.FreeCoTaskMem(text);
            }
        }
    }

    private static byte* Utf8(string text, List<nint> strings)
    {
        nint pointer = Marshal.StringToCoTaskMemUTF8(text);
        strings.Add(pointer);
        return (byte*)pointer;
    }
}
