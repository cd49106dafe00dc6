namespace LocalInference.Training;

/// <summary>Looks at records before they are rendered, and applies the fixes that need no model.</summary>
internal sealed class RecordInspection(DatasetOptions options, ReportBuilder report)
{
    private readonly DuplicateIndex _known = new(options.NearDuplicateSimilarity);

    /// <summary>The records of a file that stay, in order.</summary>
    /// <exception cref="Abstractions.TrainingException">The file as a whole cannot be used.</exception>
    public IEnumerable<DatasetRecord> Read(string path, CancellationToken cancellationToken)
    {
        foreach ((int line, DatasetRecord? read, string? problem) in DatasetFile.Read(path, options.Format))
        {
            cancellationToken.ThrowIfCancellationRequested();
            report.AddRecord();
            if (read is null)
            {
                report.AddIssue(DatasetIssueKind.Malformed, line, problem!);
            }

            if (read is not null && Inspect(read) is { } record)
            {
                yield return record;
            }
            else
            {
                report.AddDropped();
            }
        }
    }

    private DatasetRecord? Inspect(DatasetRecord record)
    {
        if (record is ConversationRecord conversation && RoleCheck.FindFault(conversation) is { } fault)
        {
            report.AddIssue(DatasetIssueKind.WrongRoles, record.Line, fault);
            if (options.Fixes.HasFlag(DatasetFixes.DropWrongRoles))
            {
                return null;
            }
        }

        if (HasNothing(record))
        {
            report.AddIssue(DatasetIssueKind.Empty, record.Line, "there is no text to learn");
            return null;
        }

        DatasetRecord clean = FindSecrets(record) && options.Fixes.HasFlag(DatasetFixes.Redact) ? record.WithTexts(SecretScanner.Redact) : record;
        return IsUnwantedDuplicate(clean) ? null : clean;
    }

    private static bool HasNothing(DatasetRecord record) => record switch
    {
        TextRecord text => string.IsNullOrWhiteSpace(text.Text),
        CompletionRecord completion => string.IsNullOrWhiteSpace(completion.Completion),
        ConversationRecord conversation => !conversation.Messages.Index().Any(message =>
            conversation.IsLearned(message.Index)
            && (message.Item.ToolCalls.Count > 0 || !string.IsNullOrWhiteSpace(message.Item.Content) || message.Item.Parts?.Any(static part => !string.IsNullOrWhiteSpace(part.Text)) == true)),
        _ => false,
    };

    private bool FindSecrets(DatasetRecord record)
    {
        SecretKind[] found = [.. record.Texts.SelectMany(SecretScanner.Find)];
        int emails = found.Count(static kind => kind == SecretKind.Email);
        if (emails > 0)
        {
            report.AddIssue(DatasetIssueKind.Email, record.Line, emails == 1 ? "an e-mail address" : $"{emails} e-mail addresses");
        }

        foreach (IGrouping<SecretKind, SecretKind> kind in found.Where(static kind => kind != SecretKind.Email).GroupBy(static kind => kind).OrderBy(static kind => kind.Key))
        {
            string name = kind.Key switch
            {
                SecretKind.PrivateKey => "a private key",
                SecretKind.Password => "what looks like a password",
                _ => "a key of a service",
            };
            report.AddIssue(DatasetIssueKind.Secret, record.Line, kind.Count() == 1 ? name : $"{name}, {kind.Count()} times");
        }

        return found.Length > 0;
    }

    private bool IsUnwantedDuplicate(DatasetRecord record)
    {
        if (_known.FindExact(record) is { } same)
        {
            report.AddIssue(DatasetIssueKind.Duplicate, record.Line, $"the same as {same}");
            return options.Fixes.HasFlag(DatasetFixes.DropDuplicates);
        }

        if (_known.FindNear(record) is { } near)
        {
            report.AddIssue(DatasetIssueKind.NearDuplicate, record.Line, $"nearly the same as {near}");
            return options.Fixes.HasFlag(DatasetFixes.DropNearDuplicates);
        }

        return false;
    }
}
