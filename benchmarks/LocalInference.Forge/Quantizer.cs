using System.Text;
using LocalInference.Native;

namespace LocalInference.Forge;

/// <summary>Quantizes files with libllama, so that the mixture of types is exactly the one that llama-quantize makes.</summary>
internal static unsafe class Quantizer
{
    /// <summary>Writes a quantized copy of a model.</summary>
    /// <param name="source">An F16 or F32 file.</param>
    /// <param name="destination">The file to write; it takes its name only when it is whole.</param>
    /// <param name="type">The mixture.</param>
    /// <exception cref="InvalidOperationException">libllama refused; the message carries its log.</exception>
    public static void Quantize(string source, string destination, llama_ftype type)
    {
        string partial = destination + ".partial";
        llama_model_quantize_params parameters = Llama.llama_model_quantize_default_params();
        parameters.ftype = type;

        using NativeLog.Capture log = NativeLog.Watch();
        uint status;
        fixed (byte* input = Encoding.UTF8.GetBytes(source + '\0'))
        fixed (byte* output = Encoding.UTF8.GetBytes(partial + '\0'))
        {
            status = Llama.llama_model_quantize(input, output, &parameters);
        }

        if (status != 0)
        {
            File.Delete(partial);
            throw new InvalidOperationException($"Quantizing {source} failed with {status}: {string.Join(" ", log.Lines)}");
        }

        File.Move(partial, destination, overwrite: true);
    }
}
