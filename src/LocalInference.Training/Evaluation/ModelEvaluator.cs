using LocalInference.Abstractions;
using LocalInference.Native;

namespace LocalInference.Training;

/// <summary>
/// Compares models on texts, computed by llama.cpp on the CPU as they are served: a model before and after training, merged and with its
/// adapter, whole and quantized. Safe for concurrent use.
/// </summary>
public static class ModelEvaluator
{
    /// <summary>Reads samples with every candidate.</summary>
    /// <param name="candidates">
    /// The models, whose vocabularies are the same. The first is what the others are compared with; two of them are in memory at a time.
    /// </param>
    /// <param name="samples">What is read, tokenized for them; targets of weight 0 are read and not counted.</param>
    /// <param name="threads">Threads that compute; <see langword="null"/>: the physical cores.</param>
    /// <param name="progress">Told of each sample, on the evaluation's thread.</param>
    /// <param name="cancellationToken">Stops after the tokens that are being computed.</param>
    /// <exception cref="TrainingException">There is nothing to read, or the vocabularies differ.</exception>
    /// <exception cref="ModelNotFoundException">No file is there.</exception>
    /// <exception cref="ModelUnsupportedException">It is no model that llama.cpp can run.</exception>
    /// <exception cref="AdapterException">An adapter is none of its model, or one that can only be merged.</exception>
    /// <exception cref="NativeLibraryException">llama.cpp could not be loaded.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Task<EvaluationReport> CompareAsync(
        IReadOnlyList<EvaluationCandidate> candidates,
        IReadOnlyList<TrainingSample> samples,
        int? threads = null,
        IProgress<EvaluationProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        ArgumentNullException.ThrowIfNull(samples);
        if (candidates.Count == 0)
        {
            throw new ArgumentException("There is nothing to evaluate.", nameof(candidates));
        }

        return Task.Factory.StartNew(
            () => Compare(candidates, samples, PhysicalCores.ThreadsFor(threads), progress, cancellationToken),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
    }

    private static EvaluationReport Compare(IReadOnlyList<EvaluationCandidate> candidates, IReadOnlyList<TrainingSample> samples, int threads, IProgress<EvaluationProgress>? progress, CancellationToken cancellationToken)
    {
        NativeRuntime.Get();
        TrainingSample[] read = [.. samples.Where(static s => s.Tokens.Length > 1 && TokenBatch.TargetCount(s) > 0)];
        if (read.Length == 0)
        {
            throw ExceptionFactory.TrainingData("No sample has a token to predict", "Give texts of two tokens and more.", $"{samples.Count}");
        }

        LogitSettings settings = new(read.Max(static s => s.Tokens.Length), threads, IsExact: false);
        CandidateReading reading = new(read, (long)candidates.Count * read.Length, progress, cancellationToken);
        using LogitSource first = Open(candidates[0], settings);
        reading.CheckTokens(first.VocabularySize);
        List<ModelScore> scores = [reading.Score(candidates[0].Name, first, first)];
        foreach (EvaluationCandidate candidate in candidates.Skip(1))
        {
            using LogitSource source = Open(candidate, settings);
            if (source.VocabularySize != first.VocabularySize)
            {
                throw ExceptionFactory.TrainingData($"'{candidate.Name}' has another vocabulary than '{candidates[0].Name}'", "Compare models of one vocabulary.", $"{source.VocabularySize}", $"{first.VocabularySize}");
            }

            scores.Add(reading.Score(candidate.Name, source, first));
        }

        return new EvaluationReport(read.Length, read.Sum(static s => (long)TokenBatch.TargetCount(s)), scores);
    }

    private static LogitSource Open(EvaluationCandidate candidate, LogitSettings settings)
    {
        string path = Path.GetFullPath(candidate.ModelPath);
        if (!File.Exists(path))
        {
            throw ExceptionFactory.ModelNotFound(path);
        }

        CheckedModel model = ModelFileCheck.Check(path);
        foreach (AdapterFile adapter in candidate.Adapters)
        {
            if (AdapterFileCheck.CheckServed(adapter.EffectiveName, adapter.Path, model).Kind != AdapterKind.Lora)
            {
                throw ExceptionFactory.Adapter(adapter.EffectiveName, "it is no LoRA adapter");
            }
        }

        return new LogitSource(path, [.. candidate.Adapters.Select(static a => (a.Path, a.Scale))], settings);
    }
}
