using LocalInference.Native;
using LocalInference.TestModels;

namespace LocalInference.Forge;

/// <summary>Writes a model in F16 and quantizes it.</summary>
internal static class ModelForge
{
    private static readonly (string Name, llama_ftype Type)[] s_quantizations =
    [
        ("Q4_K_M", llama_ftype.LLAMA_FTYPE_MOSTLY_Q4_K_M),
        ("Q8_0", llama_ftype.LLAMA_FTYPE_MOSTLY_Q8_0),
    ];

    /// <summary>Writes all files, and a line about each when it is there.</summary>
    public static void Run(ForgeOptions options, TextWriter writer)
    {
        // Fails now, not after minutes of writing, when the libraries are missing.
        NativeRuntime.Get();
        Directory.CreateDirectory(options.Folder);
        string original = PathOf(options, "F16");
        TestModel.Write(original, Shapes.All[options.Shape] with { Seed = options.Seed });
        Report(original, writer);
        foreach ((string name, llama_ftype type) in s_quantizations)
        {
            string path = PathOf(options, name);
            Quantizer.Quantize(original, path, type);
            Report(path, writer);
        }
    }

    private static string PathOf(ForgeOptions options, string type) => Path.Combine(options.Folder, $"{options.Shape}-{type}.gguf");

    private static void Report(string path, TextWriter writer) => writer.WriteLine($"{path}  {new FileInfo(path).Length:N0} bytes");
}
