namespace LocalInference;

/// <summary>GGUF files that are not models by themselves, told apart for a clear message.</summary>
internal static class PurposeCheck
{
    public static void Run(CheckedModel model)
    {
        // general.type, as convert_lora_to_gguf.py, convert_hf_to_gguf.py --mmproj and llama-imatrix write it.
        string? type = model.Text("general.type");
        string? purpose = (type, model.Architecture) switch
        {
            ("adapter", _) => "it is an adapter (LoRA), to be used with the model it was made for",
            ("mmproj", _) or (_, "clip") => "it is the image or audio encoder (mmproj) of another model",
            ("imatrix", _) => "it is an importance matrix for quantizing",
            _ => null,
        };
        if (purpose is not null)
        {
            throw model.Refuse(purpose, type ?? model.Architecture, "model");
        }

        // Without it llama.cpp looks for keys below "(unknown)" and names those.
        if (model.Architecture.Length == 0)
        {
            throw model.Refuse("general.architecture is missing or not a text");
        }
    }
}
