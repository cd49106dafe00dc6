namespace LocalInference.Training;

/// <summary>How the transposed frozen matrices are kept that gradients are multiplied with.</summary>
public enum BackwardPrecision
{
    /// <summary>
    /// On the fly for an F32 model, and for any where the processor has AVX2; for others Q8_0, and if its gradient on the first batch is
    /// off, BF16. Where copies of all do not fit into the memory, of some or, if none does, on the fly; and BF16 at once where the exact
    /// gradient does not fit, with which that of Q8_0 would be compared.
    /// </summary>
    Auto,

    /// <summary>Unpacked and transposed whenever one is needed: exact, and no memory. With AVX2 the fastest, else about half as fast.</summary>
    OnTheFly,

    /// <summary>2 bytes for each weight.</summary>
    BF16,

    /// <summary>1.06 bytes for each weight.</summary>
    Q8,

    /// <summary>
    /// Q8_0 for as many matrices as fit into the memory that is free, and on the fly for the others. How many that is decides about last
    /// bits of what is learned; a run that is resumed keeps those that it was begun with.
    /// </summary>
    Mixed,
}
