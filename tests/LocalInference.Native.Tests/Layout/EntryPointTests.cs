using System.Reflection;
using System.Runtime.InteropServices;

namespace LocalInference.Native.Tests.Layout;

public sealed class EntryPointTests
{
    private static readonly MethodInfo[] s_imports =
        [.. typeof(NativeRuntime).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Where(method => method.GetCustomAttribute<LibraryImportAttribute>() is not null || method.Attributes.HasFlag(MethodAttributes.PinvokeImpl))];

    [Fact]
    public void Every_import_is_blittable()
    {
        Assert.True(s_imports.Length > 250, $"{s_imports.Length} imports");

        // The generator turns a blittable import into the extern itself; any other would get a marshalling stub.
        Assert.Empty(s_imports.Where(method => !method.Attributes.HasFlag(MethodAttributes.PinvokeImpl)).Select(method => method.Name));
    }

    [Fact]
    public void Every_import_is_in_its_library()
    {
        NativeRuntime.Get();
        List<string> missing = [];
        foreach (MethodInfo method in s_imports)
        {
            DllImportAttribute import = method.GetCustomAttribute<DllImportAttribute>()!;
            nint library = LibraryLoader.Resolve(import.Value, typeof(NativeRuntime).Assembly, null);
            if (library == 0 || !NativeLibrary.TryGetExport(library, import.EntryPoint ?? method.Name, out _))
            {
                missing.Add($"{import.Value}: {method.Name}");
            }
        }

        Assert.Empty(missing);
    }

    [Fact]
    public void The_CPU_backend_has_the_procedures_we_ask_it_for()
    {
        NativeRuntime runtime = NativeRuntime.Get();
        using ThreadpoolHandle pool = runtime.CreateThreadpool(1, 0);
        Assert.False(pool.IsInvalid);
        Assert.NotEmpty(runtime.CpuFeatures());
    }
}
