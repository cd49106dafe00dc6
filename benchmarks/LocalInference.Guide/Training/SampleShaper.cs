using LocalInference.Training;

namespace LocalInference.Guide;

/// <summary>Makes of tokenized samples what is learned: marks before answers, words that weigh less than they, and spellings that vary.</summary>
internal sealed class SampleShaper
{
    private readonly AnswerMarks _marks;
    private readonly GuideRecipe.TrainingRecipe _recipe;
    private readonly Chance _chance;
    private readonly Dictionary<int, (int Left, int Right)> _parts;

    public SampleShaper(AnswerMarks marks, BytePairVocabulary vocabulary, GuideRecipe recipe)
    {
        _marks = marks;
        _recipe = recipe.Training;
        _chance = new Chance(recipe.Seed);
        Dictionary<string, int> ids = vocabulary.Tokens.Index().ToDictionary(static token => token.Item, static token => token.Index, StringComparer.Ordinal);
        _parts = [];
        foreach ((string left, string right) in vocabulary.Merges)
        {
            // Two ways may lead to the same token.
            _parts.TryAdd(ids[left + right], (ids[left], ids[right]));
        }
    }

    /// <summary>A sample as it is learned.</summary>
    /// <param name="sample">Its tokens.</param>
    /// <param name="made">What it was made of.</param>
    public TrainingSample Shape(TrainingSample sample, GuideSample made)
    {
        int end = Array.FindLastIndex(sample.Weights, static weight => weight > 0);
        int answer = Array.FindLastIndex(sample.Weights, end, static weight => weight == 0) + 1;

        // Of a brief sample there is one: from behind the role of its turn to the end of that.
        int questionEnd = Array.LastIndexOf(sample.Tokens, AnswerMarks.TurnEnd, Math.Max(answer - 1, 0));
        int question = questionEnd < 0 ? 0 : Array.LastIndexOf(sample.Tokens, AnswerMarks.TurnStart, questionEnd) + AnswerMarks.RoleTokens;
        List<int> tokens = [];
        List<float> weights = [];
        for (int i = 0; i < sample.Tokens.Length; i++)
        {
            if (i == answer && made.Answer is { } text)
            {
                tokens.Add(_marks[text]);
                weights.Add(1);
                if (made.IsBrief)
                {
                    break;
                }
            }

            // Words follow from their mark, but for the names in them; and a call has none.
            bool follows = i >= answer && made.Answer?.Contains(GuideTools.Name, StringComparison.Ordinal) == false;
            Spell(sample.Tokens[i], made.IsBrief && i > question && i < questionEnd, tokens);
            weights.AddRange(Enumerable.Repeat(follows ? sample.Weights[i] * _recipe.WordWeight : sample.Weights[i], tokens.Count - weights.Count));
        }

        return new TrainingSample([.. tokens], [.. weights]);
    }

    // A token that is spelled by its parts now and then lets the model know words by what they have in common
    // (BPE-dropout: Provilkov, Emelianenko and Voita, 2020).
    private void Spell(int token, bool varies, List<int> tokens)
    {
        if (varies && _parts.TryGetValue(token, out (int Left, int Right) parts) && _chance.OneIn(_recipe.SplitOneIn))
        {
            Spell(parts.Left, varies, tokens);
            Spell(parts.Right, varies, tokens);
        }
        else
        {
            tokens.Add(token);
        }
    }
}
