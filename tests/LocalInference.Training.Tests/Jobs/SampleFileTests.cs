using LocalInference.Training.Tests.Models;

namespace LocalInference.Training.Tests.Jobs;

public sealed class SampleFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("localinference-samples-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void It_is_read_as_it_was_written_and_removed()
    {
        TrainingSample[] samples = TrainingModels.Samples(512, 20, 31);
        TrainingSample[] validation = TrainingModels.Samples(512, 8);
        string path = SampleFile.NewPathIn(_folder);

        SampleFile.Write(path, samples, validation);
        (IReadOnlyList<TrainingSample> read, IReadOnlyList<TrainingSample> readValidation) = SampleFile.Read(path);
        SampleFile.Remove(path);

        Assert.Equal(samples.Select(static s => s.Tokens), read.Select(static s => s.Tokens));
        Assert.Equal(samples.Select(static s => s.Weights), read.Select(static s => s.Weights));
        Assert.Equal(validation.Select(static s => s.Tokens), readValidation.Select(static s => s.Tokens));
        Assert.False(File.Exists(path));
    }

    // It is removed while an error is on its way to who asked for the training.
    [Fact]
    public void What_cannot_be_removed_hides_nothing()
    {
        // Even root deletes no folder as a file.
        string folder = Directory.CreateDirectory(SampleFile.NewPathIn(_folder)).FullName;

        SampleFile.Remove(folder);
        SampleFile.Remove(SampleFile.NewPathIn(Path.Combine(_folder, "gone")));

        Assert.True(Directory.Exists(folder));
    }
}
