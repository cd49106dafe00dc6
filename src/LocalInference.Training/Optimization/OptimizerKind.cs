namespace LocalInference.Training;

/// <summary>What decides how far each weight moves.</summary>
public enum OptimizerKind
{
    /// <summary>AdamW (Loshchilov and Hutter, 2017, arXiv 1711.05101): every element by itself. For everything.</summary>
    AdamW,

    /// <summary>
    /// Muon (Jordan, 2024) for the matrices of layers, scaled so that AdamW's learning rates and weight decay suit it (Liu et al., 2025, arXiv
    /// 2502.16982, section 2.2), and AdamW for the rest. For all weights of a model only. From scratch it learns as much from a
    /// fraction of the samples, for some more time a step: use large batches.
    /// </summary>
    Muon,
}
