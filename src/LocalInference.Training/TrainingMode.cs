namespace LocalInference.Training;

/// <summary>What is trained.</summary>
public enum TrainingMode
{
    /// <summary>An adapter: changes of low rank beside the model's matrices, whatever type those are stored in (QLoRA, where that is a quantized one).</summary>
    Lora,

    /// <summary>All weights of a model in F32: matrices, embeddings, norms and biases. For small models; the result is a model.</summary>
    Full,
}
