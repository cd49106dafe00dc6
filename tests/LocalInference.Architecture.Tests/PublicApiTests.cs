using System.Reflection;
using System.Text;

namespace LocalInference.Architecture.Tests;

/// <summary>
/// The public surface is recorded in PublicApi/NAME.txt. A change fails here until the record changes with it, so that it is
/// seen in review. To accept one: LOCALINFERENCE_ACCEPT_API=1 dotnet test tests/LocalInference.Architecture.Tests
/// </summary>
public sealed class PublicApiTests
{
    [Theory]
    [InlineData("LocalInference")]
    [InlineData("LocalInference.Abstractions")]
    [InlineData("LocalInference.Gguf")]
    [InlineData("LocalInference.Providers")]
    [InlineData("LocalInference.Server")]
    [InlineData("LocalInference.Testing")]
    [InlineData("LocalInference.Text")]
    [InlineData("LocalInference.Training")]
    public void It_is_the_recorded_one(string assembly)
    {
        string actual = Describe(Assembly.Load(assembly));
        string file = Path.Combine(Repository.Root, "tests", "LocalInference.Architecture.Tests", "PublicApi", assembly + ".txt");
        if (Environment.GetEnvironmentVariable("LOCALINFERENCE_ACCEPT_API") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, actual);
        }

        Assert.Equal(File.ReadAllText(file).ReplaceLineEndings("\n"), actual);
    }

    private static string Describe(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (Type type in assembly.GetExportedTypes().OrderBy(t => t.FullName, StringComparer.Ordinal))
        {
            text.Append(Kind(type)).Append(' ').Append(type.FullName).Append('\n');
            const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
            foreach (string member in type.GetMembers(Declared).Where(IsVisible).Select(Signature).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
            {
                text.Append("  ").Append(member).Append('\n');
            }
        }

        return text.ToString();
    }

    private static string Kind(Type type) =>
        type.IsEnum ? "enum"
        : type.IsInterface ? "interface"
        : type.IsValueType ? "struct"
        : (type.IsAbstract && type.IsSealed) ? "static class"
        : type.IsAbstract ? "abstract class"
        : type.IsSealed ? "sealed class"
        : "class";

    // What a user of the package can call or override; accessors are shown by their property.
    private static bool IsVisible(MemberInfo member) => member switch
    {
        MethodBase method => (method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly) && !(method.IsSpecialName && !method.IsConstructor && !method.Name.StartsWith("op_", StringComparison.Ordinal)) && !method.Name.Contains('<', StringComparison.Ordinal),
        FieldInfo field => field.IsPublic && field.Name != "value__",
        PropertyInfo property => property.GetAccessors(nonPublic: false).Length > 0,
        Type => false,
        _ => true,
    };

    private static string Signature(MemberInfo member) => member switch
    {
        FieldInfo { DeclaringType.IsEnum: true } field => $"{field.Name} = {Convert.ToInt64(field.GetRawConstantValue(), System.Globalization.CultureInfo.InvariantCulture)}",
        PropertyInfo property => $"{property} {{{(property.GetMethod?.IsPublic == true ? " get;" : "")}{(property.SetMethod?.IsPublic == true ? IsInit(property) ? " init;" : " set;" : "")} }}",
        MethodInfo { IsStatic: true } method => $"static {method}",
        _ => member.ToString()!,
    };

    private static bool IsInit(PropertyInfo property) =>
        property.SetMethod!.ReturnParameter.GetRequiredCustomModifiers().Any(m => m.Name == "IsExternalInit");
}
