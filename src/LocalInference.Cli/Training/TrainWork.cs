using LocalInference.Cli.CommandLine;
using LocalInference.Cli.Datasets;
using LocalInference.Cli.Models;
using LocalInference.Training;

namespace LocalInference.Cli.Training;

/// <summary>Reads samples, says what the training will need, and trains: in the worker, unless it is asked not to or there is none.</summary>
/// <param name="services">Where to say it.</param>
/// <param name="run">What to train, and how.</param>
/// <param name="dataset">How samples are read.</param>
/// <param name="inProcess">Whether it trains in this process.</param>
internal sealed class TrainWork(CliServices services, TrainingConfiguration run, DatasetOptions dataset, bool inProcess)
{
    private readonly TrainView _view = new(services.Terminal, services.Time);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        TrainingOptions options = run.Options;
        string file = await StoredModelFile.FindPathAsync(services.OpenStore, run.Model!, cancellationToken).ConfigureAwait(false);
        (IReadOnlyList<TrainingSample> samples, IReadOnlyList<TrainingSample> held) = await ReadAsync(file, cancellationToken).ConfigureAwait(false);
        using ModelTrainer trainer = ModelTrainer.Open(file, options);
        _view.Begin(trainer.Estimate(samples, held), trainer.EstimateDuration(samples), samples.Count, held.Count);
        CheckpointWatch checkpoint = new(run.Out!);
        try
        {
            TrainingResult trained = inProcess || !TrainingJob.IsSupported
                ? await trainer.TrainAsync(samples, held, run.Out!, _view, cancellationToken).ConfigureAwait(false)
                : await TrainingJob.RunAsync(file, options, samples, held, run.Out!, _view, cancellationToken).ConfigureAwait(false);
            _view.End(trained, options, run.Model!);
        }
        catch (OperationCanceledException)
        {
            throw checkpoint.CanResume(options.Resume)
                ? new CliException("Interrupted; what was learned is in the checkpoint.", "Go on with the same command and --resume.")
                : new CliException("Interrupted before anything was learned.", "Begin anew with the same command.");
        }
    }

    private async Task<(IReadOnlyList<TrainingSample> Samples, IReadOnlyList<TrainingSample> Validation)> ReadAsync(string file, CancellationToken cancellationToken)
    {
        LocalModel model = await DatasetModel.LoadAsync(services, file, cancellationToken).ConfigureAwait(false);
        await using (model.ConfigureAwait(false))
        {
            Dataset data = await ReadAsync(run.Data!, model, dataset, cancellationToken).ConfigureAwait(false);
            return run.Validation is { } validation
                ? (data.Training, (await ReadAsync(validation, model, dataset with { ValidationShare = 0 }, cancellationToken).ConfigureAwait(false)).Training)
                : (data.Training, data.Validation);
        }
    }

    private async Task<Dataset> ReadAsync(string file, LocalModel model, DatasetOptions options, CancellationToken cancellationToken)
    {
        Dataset read = await DatasetLoader.LoadAsync(file, model, options, cancellationToken).ConfigureAwait(false);
        _view.Read(file, read.Report, options.Fixes);
        return read;
    }
}
