namespace LocalInference.Text;

/// <summary>Names of properties by their characters, to write the names that are none of them.</summary>
internal sealed class KeyTrie
{
    private static readonly CodePointSet s_characters = CodePointSet.Of((0, 0x1F), (0x7F, 0x7F)).Negate().Union(CodePointSet.Of("\b\f\n\r\t"));
    private readonly SortedDictionary<int, KeyTrie> _next = [];

    private bool IsName { get; set; }

    public static KeyTrie Of(IEnumerable<string> names)
    {
        var root = new KeyTrie();
        foreach (string name in names)
        {
            KeyTrie node = root;
            foreach (System.Text.Rune rune in name.EnumerateRunes())
            {
                if (!node._next.TryGetValue(rune.Value, out KeyTrie? next))
                {
                    next = new KeyTrie();
                    node._next.Add(rune.Value, next);
                }

                node = next;
            }

            node.IsName = true;
        }

        return root;
    }

    /// <summary>
    /// Adds the rule of JSON strings that are no name, nor, as llama.cpp has it, the beginning of one.
    /// </summary>
    public string AddRule(GrammarBuilder builder, string name)
    {
        string character = builder.AddJson(JsonRules.Character);
        string rest = WriteOthers(builder, name, character);
        return builder.AddRule(name, IsName ? $"\"\\\"\" ({rest}) \"\\\"\"" : $"\"\\\"\" ({rest})? \"\\\"\"");
    }

    // What may follow here: a character that leads to no name, then anything, or one that does, then what may follow there.
    // Written without recursion: names can be long.
    private string WriteOthers(GrammarBuilder builder, string name, string character)
    {
        var written = new Dictionary<KeyTrie, string>();
        var pending = new Stack<KeyTrie>([this]);
        while (pending.TryPeek(out KeyTrie? node))
        {
            KeyTrie[] open = [.. node._next.Values.Where(n => n._next.Count > 0 && !written.ContainsKey(n))];
            if (open.Length > 0)
            {
                foreach (KeyTrie next in open)
                {
                    pending.Push(next);
                }

                continue;
            }

            pending.Pop();
            CodePointSet used = CodePointSet.Of(node._next.Keys.Select(c => (c, c)));
            List<string> ways = [.. node._next.Select(n => $"{Spell(n.Key)} {(n.Value._next.Count == 0 ? character + "+" : written[n.Value])}")];

            // Spelled as themselves: a name spelled by numbers (\u0061) would be the name.
            ways.Add($"{JsonStringAlphabet.Instance.Write(builder, s_characters.Except(used))} {character}*");
            string text = string.Join(" | ", ways);
            written[node] = node == this ? text : builder.AddRule($"{name}-other", text);
        }

        return written[this];
    }

    private static string Spell(int codePoint) => GbnfText.Literal(JsonStringAlphabet.Instance.Spell(codePoint));
}
