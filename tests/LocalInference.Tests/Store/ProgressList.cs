using LocalInference.Abstractions;

namespace LocalInference.Tests.Store;

/// <summary>Keeps what a store tells.</summary>
internal sealed class ProgressList : IProgress<StoreProgress>
{
    public List<StoreProgress> Reports { get; } = [];

    public void Report(StoreProgress value)
    {
        lock (Reports)
        {
            Reports.Add(value);
        }
    }
}
