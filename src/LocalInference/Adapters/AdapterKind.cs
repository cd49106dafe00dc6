namespace LocalInference;

/// <summary>What an adapter does.</summary>
public enum AdapterKind
{
    /// <summary>Low-rank changes of the model's matrices (arXiv:2106.09685).</summary>
    Lora,

    /// <summary>
    /// A control vector: a direction for each layer but the first, which is added to what the layer hands on (arXiv:2308.10248). Costs
    /// next to nothing to compute with.
    /// </summary>
    ControlVector,
}
