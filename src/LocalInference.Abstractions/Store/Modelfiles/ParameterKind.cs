namespace LocalInference.Abstractions;

/// <summary>What values a parameter of a Modelfile takes.</summary>
internal enum ParameterKind
{
    /// <summary>Whole numbers of 32 bits.</summary>
    Integer,

    /// <summary>Numbers.</summary>
    Number,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Boolean,

    /// <summary>Texts; the parameter may be given several times.</summary>
    Texts,
}
