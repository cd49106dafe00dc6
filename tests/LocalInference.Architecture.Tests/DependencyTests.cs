using System.Reflection;

namespace LocalInference.Architecture.Tests;

/// <summary>Arrows between assemblies point down only, as CONTRIBUTING.md draws them.</summary>
public sealed class DependencyTests
{
    public static TheoryData<string, string[]> Allowed => new()
    {
        { "LocalInference.Gguf", [] },
        { "LocalInference.Abstractions", [] },
        { "LocalInference.Text", [] },
        { "LocalInference.Native", ["LocalInference.Abstractions"] },
        { "LocalInference", ["LocalInference.Abstractions", "LocalInference.Gguf", "LocalInference.Native", "LocalInference.Text"] },
        { "LocalInference.Providers", ["LocalInference.Abstractions", "LocalInference.Text"] },
        { "LocalInference.Server", ["LocalInference.Abstractions", "LocalInference.Text"] },
        { "LocalInference.Testing", ["LocalInference.Abstractions"] },
        { "LocalInference.Training", ["LocalInference", "LocalInference.Abstractions", "LocalInference.Gguf", "LocalInference.Native", "LocalInference.Text"] },
        { "LocalInference.Worker", ["LocalInference.Abstractions", "LocalInference.Native"] },
        { "LocalInference.Cli", ["LocalInference", "LocalInference.Abstractions", "LocalInference.Gguf", "LocalInference.Native", "LocalInference.Providers", "LocalInference.Server", "LocalInference.Text", "LocalInference.Training"] },
    };

    [Theory]
    [MemberData(nameof(Allowed))]
    public void An_assembly_references_only_what_lies_below_it(string name, string[] allowed)
    {
        string[] referenced = [.. Assembly.Load(name).GetReferencedAssemblies().Select(a => a.Name!).Where(a => a.StartsWith("LocalInference", StringComparison.Ordinal))];

        Assert.Empty(referenced.Except(allowed, StringComparer.Ordinal));
    }

    [Fact]
    public void The_leaves_depend_on_the_framework_alone()
    {
        foreach (string leaf in new[] { "LocalInference.Gguf", "LocalInference.Text" })
        {
            Assert.All(Assembly.Load(leaf).GetReferencedAssemblies(), a => Assert.StartsWith("System.", a.Name, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void The_abstractions_add_the_messages_of_chat_clients_alone() =>
        Assert.Equal(
            "Microsoft.Extensions.AI.Abstractions",
            Assert.Single(Assembly.Load("LocalInference.Abstractions").GetReferencedAssemblies(), a => !a.Name!.StartsWith("System.", StringComparison.Ordinal)).Name);

    [Fact]
    public void The_bindings_are_not_public() => Assert.Empty(Assembly.Load("LocalInference.Native").GetExportedTypes());
}
