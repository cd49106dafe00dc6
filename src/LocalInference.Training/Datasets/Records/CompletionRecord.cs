namespace LocalInference.Training;

/// <summary>A prompt and what is to follow it, as they are.</summary>
internal sealed record CompletionRecord(int Line, string Prompt, string Completion) : DatasetRecord(Line)
{
    public override IEnumerable<string> Texts => [Prompt, Completion];

    public override DatasetRecord WithTexts(Func<string, string> replace) => this with { Prompt = replace(Prompt), Completion = replace(Completion) };
}
