namespace LocalInference.Text;

/// <summary>Characters as themselves.</summary>
internal sealed class PlainAlphabet : IRegexAlphabet
{
    public static PlainAlphabet Instance { get; } = new();

    public string Spell(int codePoint) => char.ConvertFromUtf32(codePoint);

    public string Write(GrammarBuilder builder, CodePointSet set) => GbnfText.Class(set);
}
