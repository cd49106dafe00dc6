using System.Collections.Frozen;
using System.Text;
using LocalInference.Text;
using LocalInference.Text.Parsing;

namespace LocalInference;

/// <summary>A chat template and how its model writes answers. Safe for concurrent use.</summary>
internal sealed class ModelTemplate
{
    private readonly Lazy<ChatFormat> _format;
    private readonly Lazy<FrozenDictionary<int, byte[]>> _marks;

    public ModelTemplate(ChatTemplate template, Tokenizer tokenizer)
    {
        Template = template;
        _format = new(() => ChatFormatDetector.Detect(template));
        _marks = new(() => FindMarks(_format.Value, tokenizer));
    }

    public ChatTemplate Template { get; }

    /// <summary>How answers are written; found by rendering, so asked for only when an answer is read.</summary>
    public ChatFormat Format => _format.Value;

    /// <summary>
    /// Control tokens that mark a part of an answer, and their names: the parser must see them, which as text are nothing.
    /// </summary>
    public FrozenDictionary<int, byte[]> Marks => _marks.Value;

    private static FrozenDictionary<int, byte[]> FindMarks(ChatFormat format, Tokenizer tokenizer)
    {
        ToolFormat tools = format.Tools;
        string marks = string.Join(
            '\n',
            [
                format.ReasoningStart, format.ReasoningEnd, format.ContentStart, format.ContentEnd, .. format.Dropped,
                tools.SectionStart, tools.SectionEnd, tools.CallStart, tools.CallEnd, tools.NamePrefix, tools.NameSuffix, tools.NameTail,
                tools.IdPrefix, tools.LeadingIdEnd, tools.ArgumentsStart, tools.ArgumentsEnd, tools.FunctionEnd,
                tools.KeyPrefix, tools.KeySuffix, tools.TypeSuffix, tools.ValuePrefix, tools.ValueSuffix, tools.Quote,
            ]);
        return tokenizer.SpecialTokens.All
            .Where(token => format.Dialect != ChatDialect.Sequence || marks.Contains(token.Text, StringComparison.Ordinal))
            .ToFrozenDictionary(static token => token.Id, static token => Encoding.UTF8.GetBytes(token.Text));
    }
}
