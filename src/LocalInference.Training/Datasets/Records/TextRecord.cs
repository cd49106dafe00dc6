namespace LocalInference.Training;

/// <summary>A text to continue.</summary>
internal sealed record TextRecord(int Line, string Text) : DatasetRecord(Line)
{
    public override IEnumerable<string> Texts => [Text];

    public override DatasetRecord WithTexts(Func<string, string> replace) => this with { Text = replace(Text) };
}
