using LocalInference.Abstractions;

namespace LocalInference.Training;

/// <summary>The loop over steps: gradients, the optimizer, evaluations, checkpoints. One thread runs it from beginning to end.</summary>
internal sealed class TrainingRun
{
    private readonly GradientComputer _computer;
    private readonly ITrainedWeights _trained;
    private readonly Optimizer _optimizer;
    private readonly StepPlan _plan;
    private readonly LearningRate _learningRate;
    private readonly IReadOnlyList<TrainingSample> _validation;
    private readonly TrainingOptions _options;
    private readonly RunDirectory _directory;
    private readonly Checkpoint _checkpoint;
    private readonly RunClock _clock;

    public TrainingRun(GradientComputer computer, ITrainedWeights trained, Optimizer optimizer, StepPlan plan, IReadOnlyList<TrainingSample> validation, TrainingOptions options, RunDirectory directory, Checkpoint checkpoint, RunClock clock)
    {
        _computer = computer;
        _trained = trained;
        _optimizer = optimizer;
        _plan = plan;
        _learningRate = new LearningRate(options, plan.Steps);
        _validation = validation;
        _options = options;
        _directory = directory;
        _checkpoint = checkpoint;
        _clock = clock;
    }

    /// <summary>Trains to the end; when it is cancelled, what is done is kept in a checkpoint.</summary>
    /// <param name="state">Where to begin.</param>
    /// <param name="progress">Told of each step.</param>
    /// <param name="cancellationToken">Stops after the batch that is being computed.</param>
    public RunState Run(RunState state, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        try
        {
            while (state.IsEvaluationDue || (state.Step < _plan.Steps && !IsOver(state)))
            {
                state = state.IsEvaluationDue ? state : Step(state, cancellationToken);
                double? validation = state.IsEvaluationDue ? _computer.Evaluate(_validation, cancellationToken) : null;
                state = validation is { } loss ? Judge(state, loss) : state;
                TrainingProgress step = Describe(state, validation);
                _directory.Append(step);
                if (state.Step % _options.CheckpointInterval == 0)
                {
                    Save(state);
                }

                progress?.Report(step);
            }
        }
        catch (OperationCanceledException)
        {
            Save(state);
            throw;
        }

        if (_validation.Count == 0)
        {
            _trained.Write(_directory.ResultPath);
        }

        Save(state);
        return state;
    }

    private void Save(RunState state)
    {
        _checkpoint.Write(state, _trained.Parameters, _optimizer);
        _directory.Draw();
    }

    // Nothing of the state changes before the gradient is there, so that a cancelled step never happened.
    private RunState Step(RunState state, CancellationToken cancellationToken)
    {
        double loss = _computer.AddGradients(_plan.Batches(state.Step), state.Step, cancellationToken);
        double norm = GradientNorm.Of(_trained.Parameters.Gradients) / GradientComputer.GradientScale;
        if (!double.IsFinite(norm))
        {
            // One step along it would make every parameter NaN, and the next checkpoint would keep that.
            throw ExceptionFactory.TrainingCheck("The gradient is not a number any more", "Lower the learning rate, look for damaged samples, and resume from the last checkpoint.");
        }

        float factor = GradientNorm.ClipFactor(norm, _options.MaxGradientNorm) / GradientComputer.GradientScale;
        int next = state.Step + 1;
        _optimizer.Step(factor, _learningRate.At(state.Step), next);
        return state with { Step = next, Loss = loss, GradientNorm = norm, IsEvaluationDue = IsEvaluationDue(next) };
    }

    // Of the last step, and from the state alone: a run may have been resumed since.
    private TrainingProgress Describe(RunState state, double? validationLoss)
    {
        int tokens = _plan.Batches(state.Step - 1).Sum(static b => b.Sum(static s => s.Tokens.Length - 1));
        _clock.Add(tokens);
        return new TrainingProgress(
            state.Step,
            _plan.Steps,
            (double)state.Step / _plan.StepsPerEpoch,
            state.Loss,
            _learningRate.At(state.Step - 1),
            state.GradientNorm,
            tokens,
            _clock.TokensPerSecond,
            _clock.Elapsed,
            _clock.Remaining(_plan.Steps - state.Step),
            validationLoss)
        {
            ResidentBytes = Environment.WorkingSet,
        };
    }

    private RunState Judge(RunState state, double loss)
    {
        RunState measured = state with { IsEvaluationDue = false };
        if (loss >= state.BestLoss)
        {
            return measured with { Worse = state.Worse + 1 };
        }

        _trained.Write(_directory.ResultPath);
        return measured with { BestLoss = loss, Worse = 0 };
    }

    private bool IsOver(RunState state) => state.Worse >= (_options.Patience ?? int.MaxValue);

    private bool IsEvaluationDue(int step) =>
        _validation.Count > 0 && (step % (_options.EvaluationInterval ?? _plan.StepsPerEpoch) == 0 || step == _plan.Steps);
}
