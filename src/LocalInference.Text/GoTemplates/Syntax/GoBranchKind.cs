namespace LocalInference.Text.GoTemplates;

internal enum GoBranchKind
{
    If,
    With,
    Range,
}
