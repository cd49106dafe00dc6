using LocalInference.LoadTest.Engine;
using LocalInference.LoadTest.Requests;

namespace LocalInference.LoadTest.Targets;

/// <summary>What load is put on. Safe for concurrent requests.</summary>
internal interface ILoadTarget : IAsyncDisposable
{
    /// <summary>What it is, as results name it.</summary>
    string Description { get; }

    /// <summary>Tokens in the model's vocabulary, where prompts can be token ids; <see langword="null"/>: prompts are text.</summary>
    int? VocabularySize { get; }

    /// <summary>Begins to count the CPU time of the threads where tokens are read in a process that was started for this; <see langword="null"/>: unknown.</summary>
    ManagedThreads? CountManagedCpu() => null;

    /// <summary>Sends a request and writes what comes into the log, without ending it.</summary>
    Task StreamAsync(RequestLog log, CancellationToken cancellationToken);
}
