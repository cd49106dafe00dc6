using LocalInference.Gguf;
using LocalInference.Training;

namespace LocalInference.Guide;

/// <summary>Makes the guide: samples, vocabulary, a model that knows nothing, its training, and the file that ships.</summary>
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
        _output = output;
        _corpus = GuideCorpus.Read(options.Folder);
        _recipe = GuideRecipe.Read(options.Folder);
        _ingredients = new GuideIngredients(_corpus, _recipe);
    }

    private string SamplesPath => Path.Combine(_options.WorkFolder, "samples.jsonl");

    private string StartPath => Path.Combine(_options.WorkFolder, "start.gguf");

    /// <summary>Runs everything.</summary>
    /// <param name="cancellationToken">Stops; a checkpoint is kept.</param>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(_options.WorkFolder);
        string digest = await WriteSamplesAsync().ConfigureAwait(false);
        BytePairVocabulary vocabulary = await WriteStartAsync().ConfigureAwait(false);
        IReadOnlyList<TrainingSample> samples = await LoadSamplesAsync(vocabulary, cancellationToken).ConfigureAwait(false);
        using ModelTrainer trainer = ModelTrainer.Open(StartPath, Options());
        TrainingEstimate estimate = trainer.Estimate(samples);
        await _output.WriteLineAsync($"{samples.Count} samples, {estimate.Tokens} tokens, {estimate.Steps} steps, {estimate.TrainedParameters} parameters").ConfigureAwait(false);
        TrainingResult result = await trainer.TrainAsync(samples, [], Path.Combine(_options.WorkFolder, "run"), new StepPrinter(_output), cancellationToken).ConfigureAwait(false);
        if (_options.Steps is null)
        {
            string guide = Path.Combine(_options.Folder, "guide.gguf");
            await ModelQuantizer.QuantizeAsync(result.Path, guide, new QuantizationOptions(_recipe.Type), progress: null, cancellationToken).ConfigureAwait(false);

            // The recipe and the guide change together: digests are of what the guide that lies there was made of.
            string model = await GuideDigests.OfFileAsync(guide, CancellationToken.None).ConfigureAwait(false);
            (_recipe with { Digests = new GuideDigests(digest, vocabulary.Digest, model) }).Write(_options.Folder);
        }
    }

    private async Task<string> WriteSamplesAsync()
    {
        FileStream file = File.Create(SamplesPath);
        await using (file.ConfigureAwait(false))
        {
            return _ingredients.WriteSamples(file);
        }
    }

    /// <summary>Writes the model that knows nothing.</summary>
    private async Task<BytePairVocabulary> WriteStartAsync()
    {
        BytePairVocabulary vocabulary = _ingredients.Vocabulary();
        NewModel.Write(StartPath, _recipe.Shape, vocabulary, _recipe.Seed, new Dictionary<string, GgufValue>(StringComparer.Ordinal)
        {
            ["general.name"] = GgufValue.From("LocalInference guide"),
            ["general.description"] = GgufValue.From("Answers questions about LocalInference, and about nothing else. Trained from scratch by LocalInference."),
            ["general.license"] = GgufValue.From("mit"),
            ["general.sampling.temp"] = GgufValue.From(0f),
            ["tokenizer.chat_template"] = GgufValue.From(_corpus.ChatTemplate),
        });
        await _output.WriteLineAsync($"vocabulary of {vocabulary.Tokens.Length} tokens").ConfigureAwait(false);
        return vocabulary;
    }

    private async Task<IReadOnlyList<TrainingSample>> LoadSamplesAsync(BytePairVocabulary vocabulary, CancellationToken cancellationToken)
    {
        LocalModel model = await LocalModel.LoadAsync(StartPath, new LocalModelOptions(), progress: null, cancellationToken).ConfigureAwait(false);
        await using (model.ConfigureAwait(false))
        {
            Dataset dataset = await DatasetLoader.LoadAsync(SamplesPath, model, new DatasetOptions { MaxLength = _recipe.Training.MaxLength }, cancellationToken).ConfigureAwait(false);
            GuideSample[] made = [.. _ingredients.Samples()];
            SampleShaper shaper = new(_ingredients.Marks, vocabulary, _recipe);
            return made.Length == dataset.Training.Count
                ? [.. dataset.Training.Zip(made, shaper.Shape)]
                : throw new InvalidOperationException($"{made.Length} samples were made, and {dataset.Training.Count} were read.");
        }
    }

    private TrainingOptions Options() => new()
    {
        Mode = TrainingMode.Full,
        Epochs = 1,
        MaxSteps = _options.Steps,
        BatchSize = _recipe.Training.BatchSize,
        Accumulate = _recipe.Training.Accumulate,
        Optimizer = _recipe.Training.Optimizer,
        LearningRate = _recipe.Training.LearningRate,
        Warmup = _recipe.Training.Warmup,
        WeightDecay = _recipe.Training.WeightDecay,
        Dropout = _recipe.Training.Dropout,
        MaxLength = _recipe.Training.MaxLength,
        CheckpointInterval = _recipe.Training.CheckpointInterval,
        Seed = _recipe.Seed,
        Resume = _options.Resume,
        Threads = _options.Threads,
    };
}
