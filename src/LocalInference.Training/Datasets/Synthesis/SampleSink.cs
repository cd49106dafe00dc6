namespace LocalInference.Training;

/// <summary>Where samples go: counts them, drops duplicates and keeps the others. Not thread safe.</summary>
internal sealed class SampleSink
{
    private readonly SynthesisJournal _journal;
    private readonly DuplicateIndex _known;
    private readonly IProgress<SynthesisReport>? _progress;

    /// <param name="journal">Keeps them.</param>
    /// <param name="outputPath">Samples that are there already.</param>
    /// <param name="similarity">From which on two are duplicates.</param>
    /// <param name="prompts">All samples, those that are settled too.</param>
    /// <param name="progress">Told of each.</param>
    public SampleSink(SynthesisJournal journal, string outputPath, double similarity, IReadOnlyList<SynthesisPrompt> prompts, IProgress<SynthesisReport>? progress)
    {
        _journal = journal;
        _known = new DuplicateIndex(similarity);
        _progress = progress;
        foreach ((_, DatasetRecord? record, _) in DatasetFile.Read(outputPath, DatasetFormat.Chat))
        {
            if (record is not null)
            {
                IsDuplicate(record);
            }
        }

        SynthesisOutcome[] settled = [.. prompts.Where(prompt => journal.Known.ContainsKey(prompt.Key)).Select(prompt => journal.Known[prompt.Key])];
        Report = settled.Aggregate(new SynthesisReport(prompts.Count, 0, 0, 0, 0, settled.Length), static (report, outcome) => report.With(outcome));
        progress?.Report(Report);
    }

    /// <summary>What became of all samples so far.</summary>
    public SynthesisReport Report { get; private set; }

    /// <summary>Takes a sample.</summary>
    public void Settle(SynthesisPrompt prompt, SynthesisOutcome outcome, ConversationRecord? record)
    {
        if (record is not null && IsDuplicate(record))
        {
            (outcome, record) = (SynthesisOutcome.Duplicate, null);
        }

        // What failed is asked for again by the next run.
        if (outcome != SynthesisOutcome.Failed)
        {
            _journal.Add(prompt.Key, outcome, record);
        }

        Report = Report.With(outcome);
        _progress?.Report(Report);
    }

    private bool IsDuplicate(DatasetRecord record) => _known.FindExact(record) is not null || _known.FindNear(record) is not null;
}
