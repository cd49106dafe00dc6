using LocalInference.Gguf;
using LocalInference.Training;

namespace LocalInference.Guide;

/// <summary>Makes the guide: samples, vocabulary, a model that knows nothing, its training, and the file that ships.</summary>
internal sealed class GuideMaker(GuideOptions options, TextWriter output)
{
    private readonly GuideCorpus _corpus = GuideCorpus.Read(options.Folder);
    private readonly GuideRecipe _recipe = GuideRecipe.Read(options.Folder);

    private string SamplesPath => Path.Combine(options.WorkFolder, "samples.jsonl");

    private string StartPath => Path.Combine(options.WorkFolder, "start.gguf");

    /// <summary>Runs everything.</summary>
    /// <param name="cancellationToken">Stops; a checkpoint is kept.</param>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(options.WorkFolder);
        await WriteStartAsync().ConfigureAwait(false);
        IReadOnlyList<TrainingSample> samples = await LoadSamplesAsync(cancellationToken).ConfigureAwait(false);
        using ModelTrainer trainer = ModelTrainer.Open(StartPath, Options());
        TrainingEstimate estimate = trainer.Estimate(samples);
        await output.WriteLineAsync($"{samples.Count} samples, {estimate.Tokens} tokens, {estimate.Steps} steps, {estimate.TrainedParameters} parameters").ConfigureAwait(false);
        TrainingResult result = await trainer.TrainAsync(samples, [], Path.Combine(options.WorkFolder, "run"), new StepPrinter(output), cancellationToken).ConfigureAwait(false);
        if (options.Steps is null)
        {
            await ModelQuantizer.QuantizeAsync(result.Path, Path.Combine(options.Folder, "guide.gguf"), new QuantizationOptions(_recipe.Type), progress: null, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Writes samples and the model that knows nothing, and their digests into the recipe.</summary>
    private async Task WriteStartAsync()
    {
        GuideIngredients ingredients = new(_corpus, _recipe);
        string samples;
        FileStream file = File.Create(SamplesPath);
        await using (file.ConfigureAwait(false))
        {
            samples = ingredients.WriteSamples(file);
        }

        BytePairVocabulary vocabulary = ingredients.Vocabulary();
        NewModel.Write(StartPath, _recipe.Shape, vocabulary, _recipe.Seed, new Dictionary<string, GgufValue>(StringComparer.Ordinal)
        {
            ["general.name"] = GgufValue.From("LocalInference guide"),
            ["general.description"] = GgufValue.From("Answers questions about LocalInference, and about nothing else. Trained from scratch by LocalInference."),
            ["general.license"] = GgufValue.From("mit"),
            ["general.sampling.temp"] = GgufValue.From(0f),
            ["tokenizer.chat_template"] = GgufValue.From(_corpus.ChatTemplate),
        });
        (_recipe with { Digests = new GuideDigests(samples, vocabulary.Digest) }).Write(options.Folder);
        await output.WriteLineAsync($"vocabulary of {vocabulary.Tokens.Length} tokens").ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<TrainingSample>> LoadSamplesAsync(CancellationToken cancellationToken)
    {
        LocalModel model = await LocalModel.LoadAsync(StartPath, new LocalModelOptions(), progress: null, cancellationToken).ConfigureAwait(false);
        await using (model.ConfigureAwait(false))
        {
            Dataset dataset = await DatasetLoader.LoadAsync(SamplesPath, model, new DatasetOptions { MaxLength = _recipe.Training.MaxLength }, cancellationToken).ConfigureAwait(false);
            GuideSample[] made = [.. new GuideIngredients(_corpus, _recipe).Samples()];
            return made.Length == dataset.Training.Count
                ? [.. dataset.Training.Zip(made, Cut)]
                : throw new InvalidOperationException($"{made.Length} samples were made, and {dataset.Training.Count} were read.");
        }
    }

    // A brief sample ends within its answer.
    private TrainingSample Cut(TrainingSample sample, GuideSample made)
    {
        int answer = Array.FindIndex(sample.Weights, 1, static weight => weight > 0);
        return made.IsBrief && answer + _recipe.Training.BriefTokens is var end && end < sample.Tokens.Length
            ? new TrainingSample(sample.Tokens[..end], sample.Weights[..end])
            : sample;
    }

    private TrainingOptions Options() => new()
    {
        Mode = TrainingMode.Full,
        Epochs = 1,
        MaxSteps = options.Steps,
        BatchSize = _recipe.Training.BatchSize,
        Accumulate = _recipe.Training.Accumulate,
        Optimizer = _recipe.Training.Optimizer,
        LearningRate = _recipe.Training.LearningRate,
        Warmup = _recipe.Training.Warmup,
        WeightDecay = _recipe.Training.WeightDecay,
        MaxLength = _recipe.Training.MaxLength,
        CheckpointInterval = _recipe.Training.CheckpointInterval,
        Seed = _recipe.Seed,
        Resume = options.Resume,
        Threads = options.Threads,
    };
}
