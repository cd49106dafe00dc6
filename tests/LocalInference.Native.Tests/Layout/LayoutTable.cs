using System.Text.Json;

namespace LocalInference.Native.Tests.Layout;

/// <summary>The committed layout table: what a C compiler made of the headers of llama.cpp v0.5.0.</summary>
internal static class LayoutTable
{
    private static readonly JsonElement s_root = Read();

    public static JsonElement Structs => s_root.GetProperty("structs");

    public static JsonElement Enums => s_root.GetProperty("enums");

    /// <summary>Our types that carry the name of a C type.</summary>
    public static IEnumerable<Type> BoundTypes =>
        typeof(NativeRuntime).Assembly.GetTypes().Where(type => type is { IsNested: false, IsValueType: true }
            && (type.Name.StartsWith("ggml_", StringComparison.Ordinal) || type.Name.StartsWith("llama_", StringComparison.Ordinal)));

    private static JsonElement Read()
    {
        using Stream stream = typeof(LayoutTable).Assembly.GetManifestResourceStream("layout.json")!;
        return JsonDocument.Parse(stream).RootElement;
    }
}
