using LocalInference.Abstractions;

namespace LocalInference.Training;

/// <summary>Reads datasets, says what is wrong with them, and makes training samples of them. Safe on any thread.</summary>
public static class DatasetLoader
{
    /// <summary>Makes samples of a dataset for a model, in the form in which the model is asked and answers.</summary>
    /// <param name="path">The file; see <see cref="DatasetFormat"/>.</param>
    /// <param name="model">The model that is to learn: its chat template and its vocabulary are used.</param>
    /// <param name="options">How; <see langword="null"/>: defaults.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The samples, all in memory, and a report.</returns>
    /// <exception cref="TrainingException">The file as a whole cannot be used (<c>dataset_invalid</c>). What is wrong with an entry is in the report.</exception>
    /// <exception cref="GenerationException">An option is out of range, or the model has no chat template (<c>template_missing</c>).</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Task<Dataset> LoadAsync(string path, LocalModel model, DatasetOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        return RunAsync(path, options, preparation => preparation.Run(path, model), cancellationToken);
    }

    /// <summary>Looks at a dataset without a model: everything of the report but tokens, and what a template would refuse.</summary>
    /// <inheritdoc cref="LoadAsync"/>
    public static Task<DatasetReport> InspectAsync(string path, DatasetOptions? options = null, CancellationToken cancellationToken = default) =>
        RunAsync(path, options, preparation => preparation.Inspect(path), cancellationToken);

    /// <summary>
    /// Writes a dataset with its fixes applied, as JSON Lines: conversations in OpenAI's format, others in their own.
    /// </summary>
    /// <param name="path">The file to read.</param>
    /// <param name="outputPath">The file to write; an existing one is replaced when the new one is whole.</param>
    /// <param name="options">Which fixes; entries that cannot be read, or in which nothing is to be learned, are always left out.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="TrainingException">The file as a whole cannot be used (<c>dataset_invalid</c>).</exception>
    /// <exception cref="ConversionException">It would replace itself.</exception>
    /// <exception cref="GenerationException">An option is out of range.</exception>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public static Task<DatasetReport> CleanAsync(string path, string outputPath, DatasetOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(outputPath);
        return RunAsync(
            path,
            options,
            preparation =>
            {
                using var output = new OutputFile(outputPath, path);
                DatasetReport report;
                using (FileStream stream = new(output.TemporaryPath, FileMode.CreateNew, FileAccess.Write))
                {
                    report = preparation.Clean(path, stream);
                }

                output.Complete();
                return report;
            },
            cancellationToken);
    }

    private static Task<T> RunAsync<T>(string path, DatasetOptions? options, Func<DatasetPreparation, T> run, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        DatasetOptions used = options ?? new DatasetOptions();
        used.Validate();
        return Task.Run(() => run(new DatasetPreparation(used, cancellationToken)), cancellationToken);
    }
}
