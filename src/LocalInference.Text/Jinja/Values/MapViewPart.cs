namespace LocalInference.Text.Jinja;

/// <summary>What a live view of a map shows.</summary>
internal enum MapViewPart
{
    Keys,
    Values,
    Items,
}
