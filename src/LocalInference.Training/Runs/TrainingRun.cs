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
            while (state.Step < _plan.Steps && !IsOver(state))
            {
                (state, TrainingProgress step) = Step(state, cancellationToken);
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

    // Nothing of the state changes before all of the step is done, so that a cancelled step never happened.
    private (RunState State, TrainingProgress Progress) Step(RunState state, CancellationToken cancellationToken)
    {
        IReadOnlyList<TrainingSample[]> batches = _plan.Batches(state.Step);
        double loss = _computer.AddGradients(batches, state.Step, cancellationToken);
        float learningRate = _learningRate.At(state.Step);
        ParameterSet parameters = _trained.Parameters;
        double norm = GradientNorm.Of(parameters.Gradients) / GradientComputer.GradientScale;
        float factor = GradientNorm.ClipFactor(norm, _options.MaxGradientNorm) / GradientComputer.GradientScale;
        _optimizer.Step(factor, learningRate, state.Step + 1);
        RunState next = state with { Step = state.Step + 1, Loss = loss };
        double? validation = IsEvaluationDue(next.Step) ? _computer.Evaluate(_validation, CancellationToken.None) : null;
        if (validation is { } measured)
        {
            next = Judge(next, measured);
        }

        int tokens = batches.Sum(static b => b.Sum(static s => s.Tokens.Length - 1));
        _clock.Add(tokens);
        return (next, new TrainingProgress(
            next.Step,
            _plan.Steps,
            (double)next.Step / _plan.StepsPerEpoch,
            loss,
            learningRate,
            norm,
            tokens,
            _clock.TokensPerSecond,
            _clock.Elapsed,
            _clock.Remaining(_plan.Steps - next.Step),
            validation)
        {
            ResidentBytes = Environment.WorkingSet,
        });
    }

    private RunState Judge(RunState state, double loss)
    {
        if (loss >= state.BestLoss)
        {
            return state with { Worse = state.Worse + 1 };
        }

        _trained.Write(_directory.ResultPath);
        return state with { BestLoss = loss, Worse = 0 };
    }

    private bool IsOver(RunState state) => state.Worse >= (_options.Patience ?? int.MaxValue);

    private bool IsEvaluationDue(int step) =>
        _validation.Count > 0 && (step % (_options.EvaluationInterval ?? _plan.StepsPerEpoch) == 0 || step == _plan.Steps);
}
