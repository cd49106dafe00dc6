using System.Globalization;
using LocalInference.TestModels;

namespace LocalInference.Packages.Tests.Published;

public sealed class PublishedProgramTests
{
    private static string OwnLibraries => $"runtimes/{Repository.RuntimeIdentifier}/native/cpu";

    [PublishedTheory]
    [InlineData("framework-dependent-rid")]
    [InlineData("self-contained")]
    [InlineData("single-file")]
    public void A_program_for_one_platform_has_only_its_libraries(string name) =>
        Assert.Equal([OwnLibraries], new PublishedProgram(name).LibraryFolders());

    [PublishedTheory]
    [InlineData("build")]
    [InlineData("framework-dependent")]
    public void A_portable_program_has_the_libraries_of_every_platform(string name) =>
        Assert.Equal(["runtimes/linux-arm64/native/cpu", "runtimes/linux-x64/native/cpu"], new PublishedProgram(name).LibraryFolders());

    [PublishedFact]
    public void A_program_for_another_platform_has_the_libraries_of_that_one() =>
        Assert.Equal(["runtimes/linux-arm64/native/cpu"], new PublishedProgram("other-platform").LibraryFolders());

    [PublishedTheory]
    [InlineData("build", false)]
    [InlineData("framework-dependent", false)]
    [InlineData("framework-dependent-rid", false)]
    [InlineData("self-contained", true)]
    public void The_worker_travels_beside_the_program(string name, bool withExecutable)
    {
        PublishedProgram program = new(name);

        Assert.True(program.Has("LocalInference.Worker.dll"));
        Assert.True(program.Has("LocalInference.Worker.runtimeconfig.json"));
        Assert.Equal(withExecutable, program.Has("LocalInference.Worker"));
        Assert.Equal(withExecutable, program.Has("LocalInference.Worker.deps.json"));
    }

    [PublishedTheory]
    [InlineData("build")]
    [InlineData("framework-dependent")]
    [InlineData("framework-dependent-rid")]
    [InlineData("self-contained")]
    [InlineData("single-file")]
    public void The_program_generates_text(string name) => GeneratesText(name, bare: false);

    [PublishedTheory]
    [InlineData("self-contained")]
    [InlineData("single-file")]
    public void A_self_contained_program_generates_text_without_dotnet(string name) => GeneratesText(name, bare: true);

    private static void GeneratesText(string name, bool bare)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("localinference-packages-");
        try
        {
            string model = TestModel.WriteTo(folder.FullName, TestModelSpec.Llama);

            Dictionary<string, string> report = new PublishedProgram(name).Run(bare, model, "Once upon a time");

            Assert.StartsWith("libllama", report["llama"], StringComparison.Ordinal);
            Assert.Equal("True", report["loaded"]);
            Assert.Equal("8", report["tokens"]);
            AssertWorkerRan(name, report["worker"]);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // What the worker answers to a closed input is its own affair; from 128 on it is the host or a signal that speaks.
    private static void AssertWorkerRan(string name, string worker)
    {
        if (name == "single-file")
        {
            Assert.Equal("absent", worker);
        }
        else
        {
            Assert.InRange(int.Parse(worker, CultureInfo.InvariantCulture), 0, 127);
        }
    }
}
