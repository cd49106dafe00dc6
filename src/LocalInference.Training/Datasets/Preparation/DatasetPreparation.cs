using LocalInference.Abstractions;

namespace LocalInference.Training;

/// <summary>One pass over a dataset: reads, inspects, renders, cuts and splits. Not thread safe.</summary>
internal sealed class DatasetPreparation(DatasetOptions options, CancellationToken cancellationToken)
{
    private readonly ReportBuilder _report = new();
    private readonly List<TrainingSample> _samples = [];
    private readonly List<string> _digests = [];

    /// <exception cref="TrainingException">The file as a whole cannot be used.</exception>
    /// <exception cref="GenerationException">The model has no chat template.</exception>
    public Dataset Run(string path, LocalModel model)
    {
        SampleMaker maker = new(model, options, cancellationToken);
        foreach (DatasetRecord record in Records(path))
        {
            if (!AddSamples(record, maker))
            {
                _report.AddDropped();
            }
        }

        bool[] isValidation = ValidationSplit.Choose(_digests, options.ValidationShare, options.Seed);
        return new Dataset(
            [.. _samples.Where((_, i) => !isValidation[i])],
            [.. _samples.Where((_, i) => isValidation[i])],
            _report.Build());
    }

    /// <summary>Inspects without rendering: what needs no model.</summary>
    public DatasetReport Inspect(string path)
    {
        foreach (DatasetRecord _ in Records(path))
        {
            // Inspecting is all that is asked for.
        }

        return _report.Build();
    }

    /// <summary>Inspects, and writes what stays as JSON Lines.</summary>
    public DatasetReport Clean(string path, Stream output)
    {
        foreach (DatasetRecord record in Records(path))
        {
            RecordWriter.Write(output, record);
        }

        return _report.Build();
    }

    private IEnumerable<DatasetRecord> Records(string path) => new RecordInspection(options, _report).Read(path, cancellationToken);

    private bool AddSamples(DatasetRecord record, SampleMaker maker)
    {
        try
        {
            bool any = false;
            int piece = 0;
            foreach (TrainingSample sample in maker.Make(record))
            {
                any |= AddSample(record, sample, piece++);
            }

            return any;
        }
        catch (GenerationException e) when (e.Code is "template_refused" or "template_failed" or "text_too_long")
        {
            _report.AddIssue(DatasetIssueKind.Refused, record.Line, e.Message);
            return false;
        }
    }

    private bool AddSample(DatasetRecord record, TrainingSample whole, int piece)
    {
        _report.AddLength(whole.Tokens.Length);
        TrainingSample sample = whole;
        if (whole.Tokens.Length > options.MaxLength)
        {
            _report.AddIssue(DatasetIssueKind.Truncated, record.Line, $"{whole.Tokens.Length} tokens");
            if (options.Fixes.HasFlag(DatasetFixes.DropTruncated))
            {
                return false;
            }

            sample = whole.Cut(options.MaxLength);
        }

        if (sample.Learned() == 0)
        {
            _report.AddIssue(DatasetIssueKind.Empty, record.Line, whole.Learned() > 0 ? "what is to be learned was cut off" : "there is nothing to learn");
            return false;
        }

        // Pieces of one text may be on both sides; answers of one conversation, which share what was said before, may not.
        string digest = DuplicateIndex.Digest(record.Texts);
        _digests.Add(record is TextRecord ? $"{digest} {piece}" : digest);
        _samples.Add(sample);
        _report.AddSample(sample);
        return true;
    }
}
