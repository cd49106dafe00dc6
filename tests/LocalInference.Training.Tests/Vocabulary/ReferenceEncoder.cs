using System.Text;

namespace LocalInference.Training.Tests.Vocabulary;

/// <summary>Encodes with a vocabulary as its definition says, one merge after the other: what llama.cpp has to come to.</summary>
internal sealed class ReferenceEncoder(BytePairVocabulary vocabulary)
{
    private readonly Dictionary<string, int> _ids = vocabulary.Tokens.Index().ToDictionary(static token => token.Item, static token => token.Index, StringComparer.Ordinal);

    public int[] Encode(string text) => [.. WordSplitter.Split(text).SelectMany(Word)];

    private int[] Word(string word)
    {
        List<string> symbols = [.. ByteAlphabet.Spell(Encoding.UTF8.GetBytes(word)).Select(static c => c.ToString())];
        foreach ((string left, string right) in vocabulary.Merges)
        {
            for (int i = 0; i + 1 < symbols.Count; i++)
            {
                if (symbols[i] == left && symbols[i + 1] == right)
                {
                    symbols[i] = left + right;
                    symbols.RemoveAt(i + 1);
                }
            }
        }

        return [.. symbols.Select(symbol => _ids[symbol])];
    }
}
