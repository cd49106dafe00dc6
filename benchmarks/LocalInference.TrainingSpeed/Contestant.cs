using System.Text.Json;

namespace LocalInference.TrainingSpeed;

/// <summary>One side of the comparison, and what it measured so far.</summary>
internal sealed class Contestant(string name, string program, IReadOnlyList<string> arguments)
{
    private readonly List<TurnResult> _turns = [];

    public string Name => name;

    /// <summary>The median over its turns.</summary>
    public double StepSeconds => _turns.Select(static t => t.StepSeconds).Order().ElementAt(_turns.Count / 2);

    public long PeakBytes => _turns.Max(static t => t.PeakBytes);

    public long? EstimatedBytes => _turns[^1].EstimatedBytes;

    /// <summary>This program, which starts itself for each of its turns.</summary>
    public static Contestant Own(Settings settings)
    {
        // The arguments of this process lead to this program, whether it runs as an executable or through dotnet.
        string[] self = Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet" ? [Environment.GetCommandLineArgs()[0]] : [];
        string[] checkpointing = settings.Checkpointing is { } value ? ["--checkpointing", $"{value}"] : [];
        return new Contestant(
            "LocalInference",
            Environment.ProcessPath!,
            [.. self, "turn", settings.Model, "--tokens", $"{settings.Tokens}", "--steps", $"{settings.Steps}", "--threads", $"{settings.Threads}", "--rank", $"{settings.Rank}", .. checkpointing]);
    }

    public static Contestant PyTorch(Settings settings, string python, bool bf16)
    {
        ReferenceRequest request = new(ReferenceShape.Read(settings.Model), settings.Tokens, settings.Steps, settings.Threads, settings.Rank, bf16);
        return new Contestant(
            bf16 ? "PyTorch BF16" : "PyTorch F32",
            python,
            [Path.Combine(AppContext.BaseDirectory, "reference.py"), JsonSerializer.Serialize(request, TurnJson.Default.ReferenceRequest)]);
    }

    /// <summary>Measures once more.</summary>
    /// <exception cref="InvalidOperationException">The process failed.</exception>
    public async Task<TurnResult> TakeTurnAsync(CancellationToken cancellationToken)
    {
        TurnResult turn = await ChildTurn.RunAsync(program, arguments, cancellationToken).ConfigureAwait(false);
        _turns.Add(turn);
        return turn;
    }
}
