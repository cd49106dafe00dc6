using System.Globalization;

namespace LocalInference.TestModels;

/// <summary>Makes the vocabulary that a spec asks for.</summary>
internal static class VocabularyBuilder
{
    private const char SpmSpace = '▁';
    private const char BpeSpace = 'Ġ';

    public static TestVocabulary Build(TestModelSpec spec) => spec.Vocabulary switch
    {
        TestVocabularyKind.Spm => Spm(spec),
        TestVocabularyKind.Bpe => Bpe(spec),
        _ => Wpm(spec),
    };

    private static TestVocabulary Spm(TestModelSpec spec)
    {
        bool gemma = spec.ChatTemplate == TestChatTemplate.Gemma;
        List<TestToken> tokens = gemma
            ? [Control("<pad>"), Control("<eos>"), Control("<bos>"), new("<unk>", 0, TokenType.Unknown)]
            : [new("<unk>", 0, TokenType.Unknown), Control("<s>"), Control("</s>")];
        tokens.AddRange(ChatTemplates.ControlTokens(spec.ChatTemplate).Select(Control));
        for (int value = 0; value < 256; value++)
        {
            tokens.Add(new(string.Create(CultureInfo.InvariantCulture, $"<0x{value:X2}>"), 0, TokenType.Byte));
        }

        string[] characters = [SpmSpace.ToString(), .. Printable().Select(static character => character.ToString())];
        IEnumerable<string[]> words = Corpus.Words.Select(static word => Characters(SpmSpace + word));
        IReadOnlyList<(string Left, string Right)> merges = PieceTrainer.Train(words, characters, Room(spec, tokens.Count + characters.Length));

        // Found earlier means more frequent, and a higher score; single characters come last.
        tokens.AddRange(merges.Select(static (merge, rank) => new TestToken(merge.Left + merge.Right, -rank, TokenType.Normal)));
        tokens.AddRange(characters.Select((character, rank) => new TestToken(character, -merges.Count - rank, TokenType.Normal)));
        return new(TestVocabularyKind.Spm, tokens, [])
        {
            Bos = gemma ? 2 : 1,
            Eos = gemma ? 1 : 2,
            Unknown = gemma ? 3 : 0,
            Padding = gemma ? 0 : -1,
        };
    }

    private static TestVocabulary Bpe(TestModelSpec spec)
    {
        string[] bytes = [.. Enumerable.Range(0, 256).Select(static value => ByteCharacter(value).ToString())];
        List<TestToken> special = [Control("<|endoftext|>"), .. ChatTemplates.ControlTokens(spec.ChatTemplate).Select(Control), new("<tool_call>", 0, TokenType.UserDefined), new("</tool_call>", 0, TokenType.UserDefined)];
        IEnumerable<string[]> words = Corpus.Words.Select(static word => Characters(BpeSpace + word));
        IReadOnlyList<(string Left, string Right)> merges = PieceTrainer.Train(words, bytes, Room(spec, bytes.Length + special.Count));
        List<TestToken> tokens =
        [
            .. bytes.Select(static text => new TestToken(text, 0, TokenType.Normal)),
            .. merges.Select(static merge => new TestToken(merge.Left + merge.Right, 0, TokenType.Normal)),
            .. special,
        ];
        int end = tokens.Count - special.Count;
        int endOfTurn = end + ChatTemplates.ControlTokens(spec.ChatTemplate).Count;
        return new(TestVocabularyKind.Bpe, tokens, [.. merges.Select(static merge => $"{merge.Left} {merge.Right}")])
        {
            Bos = end,
            Eos = spec.ChatTemplate == TestChatTemplate.None ? end : endOfTurn,
            Padding = end,
        };
    }

    private static TestVocabulary Wpm(TestModelSpec spec)
    {
        List<TestToken> tokens = [Control("[PAD]"), new("[UNK]", 0, TokenType.Unknown), Control("[CLS]"), Control("[SEP]"), Control("[MASK]")];

        // Lower case only: the tokenizer folds the text first. Each character can start a word (▁) or continue one.
        string[] lower = [.. Printable().Where(static character => !char.IsAsciiLetterUpper(character)).Select(static character => character.ToString())];
        string[] characters = [.. lower.Select(static character => SpmSpace + character), .. lower];
        IEnumerable<string[]> words = Corpus.Words.Select(static word => (string[])[string.Concat(SpmSpace.ToString(), word.AsSpan(0, 1)), .. Characters(word[1..])]);
        IReadOnlyList<(string Left, string Right)> merges = PieceTrainer.Train(words, characters, Room(spec, tokens.Count + characters.Length));
        tokens.AddRange(characters.Concat(merges.Select(static merge => merge.Left + merge.Right)).Select(static text => new TestToken(text, 0, TokenType.Normal)));
        return new(TestVocabularyKind.Wpm, tokens, []) { Bos = 2, Unknown = 1, Padding = 0, Separator = 3, Mask = 4 };
    }

    private static int Room(TestModelSpec spec, int taken)
    {
        int room = spec.VocabularySize - taken;
        ArgumentOutOfRangeException.ThrowIfLessThan(room, 0, nameof(spec));
        return room;
    }

    private static TestToken Control(string text) => new(text, 0, TokenType.Control);

    private static string[] Characters(string word) => [.. word.Select(static character => character.ToString())];

    private static IEnumerable<char> Printable() => Enumerable.Range('!', '~' - '!' + 1).Select(static code => (char)code);

    /// <summary>
    /// GPT-2's way to write any byte as a visible character: printable Latin-1 stays, the other 68 bytes become the
    /// characters from U+0100 on, in order; so a space is Ġ and a newline Ċ.
    /// </summary>
    private static char ByteCharacter(int value)
    {
        if (StandsForItself(value))
        {
            return (char)value;
        }

        return (char)(0x100 + Enumerable.Range(0, value).Count(static smaller => !StandsForItself(smaller)));
    }

    private static bool StandsForItself(int value) => value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
}
