using System.Runtime.InteropServices;
using System.Text;
using LocalInference.Abstractions;
using LocalInference.Native;

namespace LocalInference;

/// <summary>
/// Puts a query and a document together as llama-server of v0.5.0 does (format_prompt_rerank in server-common.cpp): with the model's
/// own template of the name "rerank", else as [begin] query [end] [separator] document [end], of which a model has what its
/// vocabulary says. Special tokens that query or document spell stay text. Safe for concurrent use.
/// </summary>
internal sealed class RerankPrompt
{
    private const string QueryMark = "{query}";
    private const string DocumentMark = "{document}";
    private const char ReplacementCharacter = '\uFFFD';

    private readonly Tokenizer _tokenizer;
    private readonly TextPreparation _preparation;
    private readonly string? _template;
    private readonly int[] _begin;
    private readonly int[] _between;
    private readonly int[] _end;

    public RerankPrompt(ModelHandle model, Tokenizer tokenizer, TextPreparation preparation)
    {
        _tokenizer = tokenizer;
        _preparation = preparation;
        _template = ReadTemplate(model);
        (_begin, _between, _end) = ReadMarks(model);
    }

    /// <summary>Appends the pairs of a query with each document.</summary>
    /// <exception cref="ContextLengthException">A pair is too long, and the document is not to be cut, or the query alone is too long.</exception>
    public TokenizedTexts Encode(string query, IReadOnlyList<string> documents, TextTruncation truncation)
    {
        var pairs = new TokenizedTexts(documents.Count);
        if (_template is not null)
        {
            foreach (string document in documents)
            {
                AddByTemplate(pairs, _template, query, document, truncation);
            }

            return pairs;
        }

        List<int> start = [.. _begin];
        _tokenizer.EncodeTo(start, query, addSpecial: false);
        start.AddRange(_between);
        foreach (string document in documents)
        {
            pairs.Tail.AddRange(start);
            _tokenizer.EncodeTo(pairs.Tail, document, addSpecial: false);
            pairs.Tail.AddRange(_end);
            _preparation.Finish(pairs, truncation, start.Count, _end.Length);
        }

        return pairs;
    }

    // A document that is cut is read anew with the template around it, since a border between them may lie inside a token.
    private void AddByTemplate(TokenizedTexts pairs, string template, string query, string document, TextTruncation truncation)
    {
        int total = 0;
        while (true)
        {
            int[] tokens = Render(template, query, document);
            total = total == 0 ? tokens.Length : total;
            int excess = tokens.Length - _preparation.Limit;
            if (excess <= 0)
            {
                pairs.Tail.AddRange(tokens);
                pairs.Add(tokens.Length, total - tokens.Length);
                return;
            }

            int[] own = _tokenizer.Encode(document, addSpecial: false);
            if (truncation == TextTruncation.Error || own.Length <= excess)
            {
                throw ExceptionFactory.InputLength(pairs.Count, total, _preparation.Limit);
            }

            // What is left of a character that was cut through would come back as three bytes, and be cut for ever.
            document = truncation == TextTruncation.Start
                ? _tokenizer.Decode(own.AsSpan(excess)).TrimStart(ReplacementCharacter)
                : _tokenizer.Decode(own.AsSpan(0, own.Length - excess)).TrimEnd(ReplacementCharacter);
        }
    }

    private int[] Render(string template, string query, string document)
    {
        var text = new StringBuilder();
        List<TextRange> content = [];
        int at = 0;
        while (at < template.Length)
        {
            int queryAt = Find(template, QueryMark, at);
            int documentAt = Find(template, DocumentMark, at);
            int next = Math.Min(queryAt, documentAt);
            text.Append(template, at, next - at);
            if (next == template.Length)
            {
                break;
            }

            string value = queryAt < documentAt ? query : document;
            content.Add(new TextRange(text.Length, text.Length + value.Length));
            text.Append(value);
            at = next + (queryAt < documentAt ? QueryMark : DocumentMark).Length;
        }

        string prompt = text.ToString();
        if (!_tokenizer.SpecialTokens.AnyIn(prompt, content))
        {
            return _tokenizer.Encode(prompt, addSpecial: false, parseSpecial: true);
        }

        List<int> tokens = [];
        foreach ((TextRange range, SpecialToken? token) in _tokenizer.SpecialTokens.Split(prompt, content))
        {
            if (token is not null)
            {
                tokens.Add(token.Id);
            }
            else
            {
                _tokenizer.EncodeTo(tokens, prompt[range.Start..range.End], addSpecial: false);
            }
        }

        return [.. tokens];
    }

    // Its end where there is none.
    private static int Find(string template, string mark, int from) =>
        template.IndexOf(mark, from, StringComparison.Ordinal) is >= 0 and var at ? at : template.Length;

    private static unsafe string? ReadTemplate(ModelHandle model)
    {
        using ModelLease lease = new(model);
        fixed (byte* name = "rerank\0"u8)
        {
            return Marshal.PtrToStringUTF8((nint)Llama.llama_model_chat_template(model.Pointer, name));
        }
    }

    private static unsafe (int[] Begin, int[] Between, int[] End) ReadMarks(ModelHandle model)
    {
        using ModelLease lease = new(model);
        llama_vocab* vocabulary = model.Vocabulary;
        int separator = Llama.llama_vocab_sep(vocabulary);
        int end = Llama.llama_vocab_eos(vocabulary) is >= 0 and var eos ? eos : separator;
        int[] ends = Token(Llama.llama_vocab_get_add_eos(vocabulary), end);
        return (
            Token(Llama.llama_vocab_get_add_bos(vocabulary), Llama.llama_vocab_bos(vocabulary)),
            [.. ends, .. Token(Llama.llama_vocab_get_add_sep(vocabulary), separator)],
            ends);
    }

    private static int[] Token(byte isAdded, int token) => isAdded != 0 && token >= 0 ? [token] : [];
}
