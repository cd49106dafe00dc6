namespace LocalInference.Cli.Settings;

/// <summary>Tells that a file has changed, soon after it did; where nobody can watch it, never.</summary>
internal sealed class FileWatch : IDisposable
{
    // Editors write in several steps: the file is gone, or there in part, for a moment.
    private static readonly TimeSpan s_settled = TimeSpan.FromMilliseconds(250);

    private readonly FileSystemWatcher? _watcher;
    private readonly Timer _timer;

    /// <param name="path">The file, which need not be there.</param>
    /// <param name="changed">Called for its changes, on another thread.</param>
    public FileWatch(string path, Action changed)
    {
        _timer = new Timer(_ => changed());
        string full = Path.GetFullPath(path);
        if (Path.GetDirectoryName(full) is not { } folder || !Directory.Exists(folder))
        {
            return;
        }

        try
        {
            // Not a watch on the file itself: editors put another one in its place.
            _watcher = new FileSystemWatcher(folder, Path.GetFileName(full));
            _watcher.Changed += Settle;
            _watcher.Created += Settle;
            _watcher.Deleted += Settle;
            _watcher.Renamed += Settle;
            _watcher.EnableRaisingEvents = true;
        }
        catch (IOException)
        {
            // The system has no watch left (inotify's limits); the file is read at the next start.
            _watcher?.Dispose();
            _watcher = null;
        }
    }

    public void Dispose()
    {
        _watcher?.Dispose();
        _timer.Dispose();
    }

    private void Settle(object sender, FileSystemEventArgs e) => _timer.Change(s_settled, Timeout.InfiniteTimeSpan);
}
