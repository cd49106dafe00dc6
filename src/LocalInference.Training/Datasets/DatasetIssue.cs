namespace LocalInference.Training;

/// <summary>Something that is wrong with an entry of a dataset. It repeats nothing of what was found there.</summary>
/// <param name="Kind">What.</param>
/// <param name="Line">Where: the line in the file, or the number in an array, from 1.</param>
/// <param name="Detail">More about it: one phrase.</param>
public sealed record DatasetIssue(DatasetIssueKind Kind, int Line, string Detail);
