namespace LocalInference.Cli.Training;

/// <summary>Tells whether a run's directory has a checkpoint to go on from, and not one that an earlier run has left there.</summary>
internal sealed class CheckpointWatch
{
    private readonly string _path;
    private readonly DateTime _before;

    /// <param name="directory">The run's directory, before the run begins.</param>
    public CheckpointWatch(string directory)
    {
        _path = Path.Combine(directory, "checkpoint.gguf");

        // Of a file that is not there it is a time of its own.
        _before = File.GetLastWriteTimeUtc(_path);
    }

    /// <summary>Whether the run can be gone on with.</summary>
    /// <param name="isResumed">Whether the run went on from the checkpoint that was there.</param>
    public bool CanResume(bool isResumed) => File.Exists(_path) && (isResumed || File.GetLastWriteTimeUtc(_path) != _before);
}
