namespace LocalInference.Text;

/// <summary>How the characters of an expression are spelled in the text that the grammar is for.</summary>
internal interface IRegexAlphabet
{
    /// <summary>The spelling of one character.</summary>
    string Spell(int codePoint);

    /// <summary>The grammar of a set that is not empty: a class, or a rule's name.</summary>
    string Write(GrammarBuilder builder, CodePointSet set);
}
