using LocalInference.Gguf;
using LocalInference.Training;

namespace LocalInference.Guide;

/// <summary>One of the models that make the guide: its samples, weights that know nothing, and their training.</summary>
internal sealed class GuideMember(int index, GuideCorpus corpus, GuideRecipe recipe, GuideIngredients ingredients, BytePairVocabulary vocabulary, string folder, TextWriter output)
{
    private readonly GuideRecipe _own = recipe.OfMember(index);

    private string SamplesPath => Path.Combine(folder, "samples.jsonl");

    private string StartPath => Path.Combine(folder, "start.gguf");

    private string Name => $"member {index + 1}";

    /// <summary>Trains it.</summary>
    /// <param name="options">How far, and whether from the last checkpoint.</param>
    /// <param name="threads">That compute.</param>
    /// <param name="cancellationToken">Stops; a checkpoint is kept.</param>
    /// <returns>The model's file, in F32.</returns>
    public async Task<string> TrainAsync(GuideOptions options, int threads, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        await WriteSamplesAsync().ConfigureAwait(false);
        WriteStart();
        IReadOnlyList<TrainingSample> samples = await LoadSamplesAsync(cancellationToken).ConfigureAwait(false);
        using ModelTrainer trainer = ModelTrainer.Open(StartPath, Options(options, threads));
        TrainingEstimate estimate = trainer.Estimate(samples);
        await output.WriteLineAsync($"{Name}: {samples.Count} samples, {estimate.Tokens} tokens, {estimate.Steps} steps, {estimate.TrainedParameters} parameters").ConfigureAwait(false);
        TrainingResult result = await trainer.TrainAsync(samples, [], Path.Combine(folder, "run"), new StepPrinter(Name, output), cancellationToken).ConfigureAwait(false);
        return result.Path;
    }

    private async Task WriteSamplesAsync()
    {
        FileStream file = File.Create(SamplesPath);
        await using (file.ConfigureAwait(false))
        {
            SampleFile.Write(file, ingredients.Samples(index), corpus);
        }
    }

    /// <summary>Writes the model that knows nothing.</summary>
    private void WriteStart() => NewModel.Write(StartPath, recipe.Shape, vocabulary, _own.Seed, new Dictionary<string, GgufValue>(StringComparer.Ordinal)
    {
        ["general.name"] = GgufValue.From("LocalInference guide"),
        ["general.description"] = GgufValue.From("Answers questions about LocalInference, and about nothing else. Trained from scratch by LocalInference."),
        ["general.license"] = GgufValue.From("mit"),
        ["general.sampling.temp"] = GgufValue.From(0f),
        ["tokenizer.chat_template"] = GgufValue.From(corpus.ChatTemplate),
    });

    private async Task<IReadOnlyList<TrainingSample>> LoadSamplesAsync(CancellationToken cancellationToken)
    {
        LocalModel model = await LocalModel.LoadAsync(StartPath, new LocalModelOptions(), progress: null, cancellationToken).ConfigureAwait(false);
        await using (model.ConfigureAwait(false))
        {
            Dataset dataset = await DatasetLoader.LoadAsync(SamplesPath, model, new DatasetOptions { MaxLength = recipe.Training.MaxLength }, cancellationToken).ConfigureAwait(false);
            GuideSample[] made = [.. ingredients.Samples(index)];
            SampleShaper shaper = new(ingredients.Marks, vocabulary, _own);
            return made.Length == dataset.Training.Count
                ? [.. dataset.Training.Zip(made, shaper.Shape)]
                : throw new InvalidOperationException($"{made.Length} samples were made, and {dataset.Training.Count} were read.");
        }
    }

    private TrainingOptions Options(GuideOptions options, int threads) => new()
    {
        Mode = TrainingMode.Full,
        Epochs = 1,
        MaxSteps = options.Steps,
        BatchSize = recipe.Training.BatchSize,
        Accumulate = recipe.Training.Accumulate,
        Optimizer = recipe.Training.Optimizer,
        LearningRate = recipe.Training.LearningRate,
        Warmup = recipe.Training.Warmup,
        WeightDecay = recipe.Training.WeightDecay,
        Dropout = recipe.Training.Dropout,
        MaxLength = recipe.Training.MaxLength,
        CheckpointInterval = recipe.Training.CheckpointInterval,
        Seed = _own.Seed,
        Resume = options.Resume,
        Threads = threads,
    };
}
