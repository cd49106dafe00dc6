using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Datasets;
using LocalInference.Cli.Models;
using LocalInference.Training;

namespace LocalInference.Cli.Training;

/// <summary>Reads samples, says what the training will need, and trains: in the worker, unless it is asked not to or there is none.</summary>
internal sealed class TrainWork(CliServices services, TrainingConfiguration run, bool inProcess)
{
    private readonly TrainView _view = new(services.Terminal, services.Time);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        TrainingOptions options = run.Options;
        string file = await StoredModelFile.FindPathAsync(services.OpenStore, run.Model!, cancellationToken).ConfigureAwait(false);
        (IReadOnlyList<TrainingSample> samples, IReadOnlyList<TrainingSample> held) = await ReadAsync(file, cancellationToken).ConfigureAwait(false);
        using ModelTrainer trainer = ModelTrainer.Open(file, options);
        _view.Begin(trainer.Estimate(samples), trainer.EstimateDuration(samples), samples.Count, held.Count);
        try
        {
            TrainingResult trained = inProcess || !TrainingJob.IsSupported
                ? await trainer.TrainAsync(samples, held, run.Out!, _view, cancellationToken).ConfigureAwait(false)
                : await TrainingJob.RunAsync(file, options, samples, held, run.Out!, _view, cancellationToken).ConfigureAwait(false);
            _view.End(trained, options.Mode, run.Model!);
        }
        catch (OperationCanceledException)
        {
            throw new CliException("Interrupted; what was learned is in the checkpoint.", "Go on with the same command and --resume.");
        }
    }

    private async Task<(IReadOnlyList<TrainingSample> Samples, IReadOnlyList<TrainingSample> Validation)> ReadAsync(string file, CancellationToken cancellationToken)
    {
        LocalModel model = await DatasetModel.LoadAsync(services, file, cancellationToken).ConfigureAwait(false);
        await using (model.ConfigureAwait(false))
        {
            IReadOnlyList<TrainingSample> samples = await ReadAsync(run.Data!, model, cancellationToken).ConfigureAwait(false);
            return (samples, run.Validation is { } validation ? await ReadAsync(validation, model, cancellationToken).ConfigureAwait(false) : []);
        }
    }

    private async Task<IReadOnlyList<TrainingSample>> ReadAsync(string file, LocalModel model, CancellationToken cancellationToken)
    {
        Dataset dataset = await DatasetLoader.LoadAsync(file, model, new DatasetOptions { MaxLength = run.Options.MaxLength }, cancellationToken).ConfigureAwait(false);
        _view.Read(file, dataset.Report);
        return dataset.Training;
    }
}
