namespace LocalInference;

/// <summary>
/// Whose turn it is: a step computes with one set of adapters. Each set computes some steps, since a change costs about one; then comes the
/// one that has waited longest. Behind a step with prompt tokens comes another set that generates, so that prompts stop nobody; and so
/// that they are read all the same, turns are short where prompts wait, and nobody is passed over for long. Owned by the engine thread;
/// allocates nothing.
/// </summary>
internal sealed class AdapterTurns
{
    // Steps that a set computes before others that wait get their turn.
    private const int StepsPerTurn = 8;

    // As many while one of those has a prompt to read. Of the time of one step alone, two steps, the prompt's, which takes about three, and
    // two changes take seven: streams and prompts get on about as fast as if they shared their steps.
    private const int StepsBeforePrompt = 2;

    // Turns after which a set is no longer passed over for those that generate.
    private const int MostTurnsWaited = 4;

    private int _steps;
    private bool _hadPrompt;

    /// <summary>The number of the present turn.</summary>
    public int Number { get; private set; }

    /// <summary>The set that is to take over from the present one; <see langword="null"/>: that one goes on.</summary>
    /// <param name="active">Everybody who has a place.</param>
    /// <param name="current">The set of the last step.</param>
    /// <param name="isTurnOfPrompts">The last step had prompts only, and those of the set that generate come next.</param>
    public AdapterSet? Next(List<ActiveRequest> active, AdapterSet current, bool isTurnOfPrompts)
    {
        ActiveRequest? next = null;
        ActiveRequest? generating = null;
        bool goesOn = false;
        bool promptWaits = false;
        foreach (ActiveRequest request in active)
        {
            if (request.Job.IsParked)
            {
                continue;
            }

            if (request.Job.Adapters == current)
            {
                goesOn = true;
                continue;
            }

            promptWaits |= request.IsPrefilling;
            next = next is null || request.LastTurn < next.LastTurn ? request : next;
            if (!request.IsPrefilling && (generating is null || request.LastTurn < generating.LastTurn))
            {
                generating = request;
            }
        }

        int steps = promptWaits ? StepsBeforePrompt : StepsPerTurn;
        if (_hadPrompt && !isTurnOfPrompts && generating is not null && Number - next!.LastTurn < MostTurnsWaited)
        {
            (next, steps) = (generating, 1);
        }

        if (next is null || (goesOn && _steps < steps))
        {
            return null;
        }

        foreach (ActiveRequest request in active)
        {
            request.LastTurn = request.Job.Adapters == current ? Number : request.LastTurn;
        }

        return next.Job.Adapters;
    }

    /// <summary>Begins the turn of the set that was chosen.</summary>
    public void Begin()
    {
        Number++;
        _steps = 0;
        _hadPrompt = false;
    }

    /// <summary>Takes note of a step of the present turn.</summary>
    public void AfterStep(int prompt)
    {
        _steps++;
        _hadPrompt |= prompt > 0;
    }
}
