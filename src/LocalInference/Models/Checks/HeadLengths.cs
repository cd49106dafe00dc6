namespace LocalInference;

/// <summary>Elements of one head, as llama_model_base::load_hparams works them out; the windowed ones are those of sliding-window layers.</summary>
internal readonly record struct HeadLengths(uint Key, uint Value, uint Rotary, uint WindowedKey, uint WindowedValue, uint WindowedRotary)
{
    public static HeadLengths Of(CheckedModel model, uint share, uint? givenKey)
    {
        uint key = givenKey ?? share;
        uint value = model.Count("attention.value_length") ?? share;
        uint rotary = model.Count("rope.dimension_count") ?? key;
        return new(
            key,
            value,
            rotary,
            model.Count("attention.key_length_swa") ?? key,
            model.Count("attention.value_length_swa") ?? value,
            model.Count("rope.dimension_count_swa") ?? rotary);
    }
}
