namespace LocalInference.Text;

/// <summary>The types of JSON Schema. A number is an integer or has a fraction, so that <c>integer</c> is a part of <c>number</c>.</summary>
[Flags]
internal enum JsonTypes
{
    None = 0,
    Null = 1,
    Boolean = 2,
    Integer = 4,
    Fraction = 8,
    Number = Integer | Fraction,
    String = 16,
    Array = 32,
    Object = 64,
    All = Null | Boolean | Number | String | Array | Object,
}
