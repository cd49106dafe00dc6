using System.Security.Cryptography;
using LocalInference.Text;
using LocalInference.Training;

namespace LocalInference.Guide;

/// <summary>What is made before the training: samples and vocabulary.</summary>
internal sealed class GuideIngredients(GuideCorpus corpus, GuideRecipe recipe)
{
    /// <summary>The tokens that stand for answers.</summary>
    public AnswerMarks Marks { get; } = new(corpus.Answers);

    /// <summary>The samples of all passes of a member.</summary>
    public IEnumerable<GuideSample> Samples(int member)
    {
        SampleMaker maker = new(corpus, recipe.Mix, new Chance(recipe.OfMember(member).Seed));
        for (int pass = 0; pass < recipe.Passes; pass++)
        {
            foreach (GuideSample sample in maker.Pass())
            {
                yield return sample;
            }
        }
    }

    /// <summary>The digest of the samples of all members as they are written, one member's behind the other's.</summary>
    public string DigestSamples()
    {
        using SHA256 sha = SHA256.Create();
        using (CryptoStream digesting = new(Stream.Null, sha, CryptoStreamMode.Write))
        {
            SampleFile.Write(digesting, Enumerable.Range(0, recipe.Members).SelectMany(Samples), corpus);
        }

        return Convert.ToHexStringLower(sha.Hash!);
    }

    /// <summary>Trains the vocabulary, on the samples of the first member's first pass as the template renders them.</summary>
    public BytePairVocabulary Vocabulary()
    {
        BytePairOptions options = new() { Size = recipe.Vocabulary.Size, Separate = recipe.Vocabulary.Separate, ControlTokens = Marks.ControlTokens };
        ChatTemplate template = ChatTemplate.FromJinja(corpus.ChatTemplate);
        string[] controls = [.. options.ControlTokens];
        IEnumerable<GuideSample> samples = new SampleMaker(corpus, recipe.Mix, new Chance(recipe.Seed)).Pass();
        return BytePairVocabulary.Train(samples.SelectMany(sample => Render(template, sample).Split(controls, StringSplitOptions.None)), options);
    }

    private string Render(ChatTemplate template, GuideSample sample) => template.Render(new ChatPromptRequest
    {
        Messages =
        [
            .. sample.Messages.Select(message => new ChatMessage
            {
                Role = message.Role,
                Content = message.Content,
                ToolCalls = message.Pulls is { } name ? [new ChatToolCall(corpus.Tools.Tool, $$"""{"name": "{{name}}"}""", Id: null)] : [],
            }),
        ],
        Tools = sample.HasTool ? [Tool] : [],
        AddGenerationPrompt = false,
    }).Text;

    private ChatTool Tool { get; } = new(
        corpus.Tool.GetProperty("function").GetProperty("name").GetString()!,
        corpus.Tool.GetProperty("function").GetProperty("description").GetString(),
        corpus.Tool.GetProperty("function").GetProperty("parameters"));
}
