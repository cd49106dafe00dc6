using LocalInference.Compare;
using LocalInference.LoadTest.Engine;
using LocalInference.LoadTest.Requests;

namespace LocalInference.LoadTest.Targets;

/// <summary>llama-server, or what has its routes, in a process on loopback that ends with this object.</summary>
internal sealed class ServerTarget : ILoadTarget
{
    private readonly ServerProcess _process;
    private readonly HttpTarget _target;

    private ServerTarget(ServerProcess process, int vocabularySize)
    {
        _process = process;
        _target = new HttpTarget(process.Address, new LlamaServerProtocol(), vocabularySize);
    }

    public string Description => _target.Description;

    public int? VocabularySize => _target.VocabularySize;

    public ManagedThreads? CountManagedCpu() => ManagedThreads.Begin(_process.Id);

    /// <summary>Starts it and waits until it answers.</summary>
    /// <param name="program">Its path.</param>
    /// <param name="arguments">Its arguments, without the address.</param>
    /// <param name="vocabularySize">Tokens in the model's vocabulary.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="CompareException">It ended, or does not answer.</exception>
    public static async Task<ServerTarget> StartAsync(string program, IEnumerable<string> arguments, int vocabularySize, CancellationToken cancellationToken) =>
        new(await ServerProcess.StartAsync(program, arguments, cancellationToken), vocabularySize);

    public Task StreamAsync(RequestLog log, CancellationToken cancellationToken) => _target.StreamAsync(log, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _target.DisposeAsync();
        await _process.DisposeAsync();
    }
}
