using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace LocalInference.Native.Tests.Layout;

public sealed class StructTests
{
    private static IEnumerable<Type> Structs => LayoutTable.BoundTypes.Where(type => !type.IsEnum && FieldsOf(type).Length > 0);

    public static TheoryData<string> Names => [.. Structs.Select(type => type.Name)];

    [Fact]
    public void Structs_with_fields_are_found() => Assert.True(Structs.Count() >= 14, $"{Structs.Count()} structs");

    [Theory]
    [MemberData(nameof(Names))]
    public void Struct_lies_in_memory_as_the_C_compiler_lays_it(string name)
    {
        Type type = Structs.Single(candidate => candidate.Name == name);
        JsonElement expected = LayoutTable.Structs.GetProperty(name);
        Assert.Equal(expected.GetProperty("size").GetInt32(), SizeOf(type));
        Assert.Equal(expected.GetProperty("alignment").GetInt32(), AlignmentOf(type));

        JsonElement fields = expected.GetProperty("fields");
        Assert.Equal(
            fields.EnumerateObject().Select(field => $"{field.Name} at {field.Value.GetProperty("offset")}, {field.Value.GetProperty("size")} bytes"),
            FieldsOf(type)
                .Select(field => (field.Name, Offset: (int)Marshal.OffsetOf(type, field.Name), Size: SizeOf(field.FieldType)))
                .OrderBy(field => field.Offset)
                .Select(field => $"{field.Name} at {field.Offset}, {field.Size} bytes"),
            StringComparer.Ordinal);
    }

    private static FieldInfo[] FieldsOf(Type type) => type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic);

    private static int SizeOf(Type type) => type.IsPointer || type.IsFunctionPointer
        ? IntPtr.Size
        : (int)typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(type).Invoke(null, null)!;

    private static int AlignmentOf(Type type) => SizeOf(typeof(AfterByte<>).MakeGenericType(type)) - SizeOf(type);

    [StructLayout(LayoutKind.Sequential)]
    private struct AfterByte<T>
    {
        public byte First;
        public T Second;
    }
}
