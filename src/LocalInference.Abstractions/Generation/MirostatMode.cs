namespace LocalInference.Abstractions;

/// <summary>Which Mirostat runs.</summary>
public enum MirostatMode
{
    /// <summary>None: the other samplers choose.</summary>
    Off = 0,

    /// <summary>Mirostat 1.0, which estimates the slope of the distribution.</summary>
    Version1 = 1,

    /// <summary>Mirostat 2.0.</summary>
    Version2 = 2,
}
