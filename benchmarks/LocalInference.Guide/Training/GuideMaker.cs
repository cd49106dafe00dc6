using LocalInference.Training;

namespace LocalInference.Guide;

/// <summary>Makes the guide: a vocabulary, members that are trained side by side, and the file of all of them that ships.</summary>
internal sealed class GuideMaker
{
    private readonly GuideOptions _options;
    private readonly TextWriter _output;
    private readonly GuideCorpus _corpus;
    private readonly GuideRecipe _recipe;
    private readonly GuideIngredients _ingredients;

    public GuideMaker(GuideOptions options, TextWriter output)
    {
        _options = options;
        _output = TextWriter.Synchronized(output);
        _corpus = GuideCorpus.Read(options.Folder);
        _recipe = GuideRecipe.Read(options.Folder);
        _ingredients = new GuideIngredients(_corpus, _recipe);
    }

    /// <summary>Runs everything.</summary>
    /// <param name="cancellationToken">Stops; checkpoints are kept.</param>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        BytePairVocabulary vocabulary = _ingredients.Vocabulary();
        await _output.WriteLineAsync($"vocabulary of {vocabulary.Tokens.Length} tokens").ConfigureAwait(false);

        // Each on cores of its own: models this small gain little by a second thread, and a pair of them computes as much as there is.
        int threads = Math.Max(1, (_options.Threads ?? PhysicalCores.Count) / _recipe.Members);
        GuideMember[] members =
        [
            .. Enumerable.Range(0, _recipe.Members).Select(index => new GuideMember(index, _corpus, _recipe, _ingredients, vocabulary, Path.Combine(_options.WorkFolder, $"member-{index + 1}"), _output)),
        ];
        string[] trained = await Task.WhenAll(members.Select(member => member.TrainAsync(_options, threads, cancellationToken))).ConfigureAwait(false);
        if (_options.Steps is null)
        {
            string joined = Path.Combine(_options.WorkFolder, "joined.gguf");
            JoinedModel.Write(joined, trained);
            string guide = Path.Combine(_options.Folder, "guide.gguf");
            await ModelQuantizer.QuantizeAsync(joined, guide, new QuantizationOptions(_recipe.Type), progress: null, cancellationToken).ConfigureAwait(false);

            // The recipe and the guide change together: digests are of what the guide that lies there was made of.
            string model = await GuideDigests.OfFileAsync(guide, CancellationToken.None).ConfigureAwait(false);
            (_recipe with { Digests = new GuideDigests(_ingredients.DigestSamples(), vocabulary.Digest, model) }).Write(_options.Folder);
        }
    }
}
