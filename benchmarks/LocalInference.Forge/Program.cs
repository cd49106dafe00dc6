using LocalInference.Forge;
using LocalInference.Native;
using LocalInference.TestModels;

if (!ForgeOptions.TryParse(args, out ForgeOptions? options, out string? error))
{
    await Console.Error.WriteLineAsync($"{error}\n{ForgeOptions.Usage}").ConfigureAwait(false);
    return 2;
}

// Fails now, not after minutes of writing, when the libraries are missing.
NativeRuntime.Get();
Directory.CreateDirectory(options.Folder);

string original = PathOf("F16");
TestModel.Write(original, Shapes.All[options.Shape] with { Seed = options.Seed });
Report(original);
foreach ((string name, llama_ftype type) in new[] { ("Q4_K_M", llama_ftype.LLAMA_FTYPE_MOSTLY_Q4_K_M), ("Q8_0", llama_ftype.LLAMA_FTYPE_MOSTLY_Q8_0) })
{
    string path = PathOf(name);
    Quantizer.Quantize(original, path, type);
    Report(path);
}

return 0;

string PathOf(string type) => Path.Combine(options.Folder, $"{options.Shape}-{type}.gguf");

static void Report(string path) => Console.WriteLine($"{path}  {new FileInfo(path).Length:N0} bytes");
