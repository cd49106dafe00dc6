namespace LocalInference.Abstractions;

/// <summary>
/// Reads the language of Modelfiles (parser/parser.go of Ollama 0.33). A value goes to the end of its line, or, if it begins with one or
/// three quotation marks, to the end of the first line that ends in as many.
/// </summary>
/// <param name="text">The Modelfile.</param>
internal sealed class ModelfileParser(string text)
{
    private static readonly string[] s_keywords = [.. Enum.GetNames<ModelfileKeyword>().Select(static name => name.ToUpperInvariant())];
    private static readonly string[] s_roles = ["system", "user", "assistant"];

    private readonly List<ModelfileInstruction> _instructions = [];
    private int _position;
    private int _line = 1;

    /// <exception cref="StoreException">It is none.</exception>
    public Modelfile Parse()
    {
        while (SkipToInstruction())
        {
            ReadInstruction();
        }

        return _instructions.Exists(static instruction => instruction.Keyword == ModelfileKeyword.From)
            ? new Modelfile(_instructions)
            : throw ExceptionFactory.ModelfileInvalid(line: null, "there is no FROM", "a line FROM with the name of a model or the path of a GGUF file");
    }

    private static bool IsBlank(char c) => c is ' ' or '\t';

    private static bool IsLineEnd(char c) => c is '\r' or '\n';

    private bool SkipToInstruction()
    {
        while (_position < text.Length)
        {
            if (text[_position] == '#')
            {
                _position = LineEnd(_position);
            }
            else if (IsLineEnd(text[_position]))
            {
                _position = NextLine(_position);
            }
            else if (IsBlank(text[_position]))
            {
                _position++;
            }
            else
            {
                return true;
            }
        }

        return false;
    }

    private void ReadInstruction()
    {
        int line = _line;
        ModelfileKeyword keyword = ReadKeyword();
        string? name = keyword switch
        {
            ModelfileKeyword.Parameter => ReadWord("PARAMETER", "the name of a parameter"),
            ModelfileKeyword.Message => ReadWord("MESSAGE", "a role: system, user or assistant"),
            _ => null,
        };
        string value = ReadValue(line);
        Check(new ModelfileInstruction(keyword, value) { Name = name }, line);
    }

    private ModelfileKeyword ReadKeyword()
    {
        string word = ReadWord();
        int index = Array.FindIndex(s_keywords, keyword => keyword.Equals(word, StringComparison.OrdinalIgnoreCase));
        if (index < 0)
        {
            throw ExceptionFactory.ModelfileInvalid(_line, $"it begins with '{word}'", $"one of {string.Join(", ", s_keywords)}, or # and a comment", word);
        }

        if (_position == text.Length || !IsBlank(text[_position]))
        {
            throw ExceptionFactory.ModelfileInvalid(_line, $"{s_keywords[index]} has no value", "a space and a value behind it", word);
        }

        return (ModelfileKeyword)index;
    }

    private string ReadWord(string keyword, string expected)
    {
        SkipBlanks();
        string word = ReadWord();
        return word.Length > 0 && _position < text.Length && IsBlank(text[_position])
            ? word
            : throw ExceptionFactory.ModelfileInvalid(_line, word.Length > 0 ? $"{keyword} {word} has no value" : $"{keyword} has no value", $"{expected}, a space and a value", word);
    }

    // Up to the next blank, whatever it is made of, so that an error can show it whole.
    private string ReadWord()
    {
        int start = _position;
        while (_position < text.Length && !IsBlank(text[_position]) && !IsLineEnd(text[_position]))
        {
            _position++;
        }

        return text[start.._position];
    }

    private string ReadValue(int line)
    {
        SkipBlanks();
        int start = _position;
        string quote = text.AsSpan(start).StartsWith("\"\"\"", StringComparison.Ordinal) ? "\"\"\"" : "\"";
        bool isQuoted = start < text.Length && text[start] == '"';
        while (true)
        {
            int end = LineEnd(_position);
            string value = text[start..end].Trim();
            _position = end;
            if (!isQuoted)
            {
                return value;
            }

            if (value.Length >= 2 * quote.Length && value.EndsWith(quote, StringComparison.Ordinal))
            {
                return value[quote.Length..^quote.Length];
            }

            if (end == text.Length)
            {
                throw ExceptionFactory.ModelfileInvalid(line, "the text that begins here has no end", $"a line that ends in {quote}");
            }

            _position = NextLine(end);
        }
    }

    private void Check(ModelfileInstruction instruction, int line)
    {
        if (instruction.Keyword == ModelfileKeyword.Message && !s_roles.Contains(instruction.Name, StringComparer.Ordinal))
        {
            throw ExceptionFactory.ModelfileInvalid(line, $"a message cannot be of '{instruction.Name}'", "system, user or assistant", instruction.Name);
        }

        if (instruction.Keyword == ModelfileKeyword.Parameter)
        {
            ParameterKind kind = KnownParameters.KindOf(instruction.Name!)
                ?? throw ExceptionFactory.ModelfileInvalid(line, $"there is no parameter '{instruction.Name}'", $"one of {string.Join(", ", KnownParameters.Names)}", instruction.Name);
            if (!KnownParameters.IsValue(kind, instruction.Value))
            {
                throw ExceptionFactory.ModelfileInvalid(line, $"{instruction.Name} cannot be '{instruction.Value}'", KnownParameters.Describe(kind), instruction.Value);
            }
        }

        if (instruction.Keyword == ModelfileKeyword.Requires && !RequiredVersion.TryParse(instruction.Value, out _))
        {
            throw ExceptionFactory.ModelfileInvalid(line, $"'{instruction.Value}' is no version", "a version such as 0.14.0", instruction.Value);
        }

        // A text may be empty, which takes away that of the model it is made from.
        bool mayBeEmpty = instruction.Keyword is ModelfileKeyword.System or ModelfileKeyword.Template or ModelfileKeyword.License or ModelfileKeyword.Message or ModelfileKeyword.Parameter;
        if (instruction.Value.Length == 0 && !mayBeEmpty)
        {
            throw ExceptionFactory.ModelfileInvalid(line, $"{s_keywords[(int)instruction.Keyword]} has no value", "a value behind it");
        }

        _instructions.Add(instruction);
    }

    private void SkipBlanks()
    {
        while (_position < text.Length && IsBlank(text[_position]))
        {
            _position++;
        }
    }

    private int LineEnd(int position)
    {
        int length = text.AsSpan(position).IndexOfAny('\r', '\n');
        return length < 0 ? text.Length : position + length;
    }

    private int NextLine(int end)
    {
        _line++;
        return text.AsSpan(end).StartsWith("\r\n", StringComparison.Ordinal) ? end + 2 : end + 1;
    }
}
