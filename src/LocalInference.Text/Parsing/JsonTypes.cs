namespace LocalInference.Text.Parsing;

/// <summary>The types of JSON values, as sets.</summary>
[Flags]
internal enum JsonTypes
{
    None = 0,
    Text = 1,
    Number = 2,
    Boolean = 4,
    Null = 8,
    Object = 16,
    Array = 32,
    Any = 63,
}
