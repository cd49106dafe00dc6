using System.Diagnostics;
using LocalInference.Abstractions;
using LocalInference.TestModels;

namespace LocalInference.Tests.Models;

[Collection(WholeProcessTests.Name)]
public sealed class LoadTests(ModelFixture fixture)
{
    [Fact]
    public async Task A_model_says_what_it_is()
    {
        LocalModel model = await fixture.ModelOf(TestModelSpec.Qwen2);

        Assert.Equal("qwen2", model.Info.Architecture);
        Assert.Equal(TestModelSpec.Qwen2.ContextLength, model.Info.TrainedContextLength);
        Assert.Equal(TestModelSpec.Qwen2.EmbeddingLength, model.Info.EmbeddingLength);
        Assert.Equal(TestModelSpec.Qwen2.BlockCount, model.Info.LayerCount);
        Assert.Equal(TestModelSpec.Qwen2.VocabularySize, model.Info.VocabularySize);
        Assert.Contains("im_start", model.Info.ChatTemplate, StringComparison.Ordinal);
        Assert.True(model.Info.ParameterCount > 0 && model.Info.SizeInBytes > model.Info.ParameterCount);
        Assert.Equal(TestModelSpec.Qwen2.ContextLength, model.ContextLength);
    }

    [Fact]
    public async Task A_missing_file_is_named()
    {
        ModelNotFoundException e = await Assert.ThrowsAsync<ModelNotFoundException>(() => LocalModel.LoadAsync("nowhere/to/be/found.gguf"));

        Assert.EndsWith(Path.Combine("nowhere", "to", "be", "found.gguf"), e.Value, StringComparison.Ordinal);
        Assert.Equal("model_not_found", e.Code);
    }

    [Fact]
    public async Task Something_else_than_a_model_is_refused()
    {
        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "This is a letter, not a model. It goes on for a while so that it is longer than any header.");

        ModelUnsupportedException e = await Assert.ThrowsAsync<ModelUnsupportedException>(() => LocalModel.LoadAsync(file));

        Assert.Contains(file, e.Message, StringComparison.Ordinal);
        File.Delete(file);
    }

    [Fact]
    public async Task Options_out_of_range_are_refused_by_name()
    {
        string file = fixture.FileOf(TestModelSpec.Llama);
        foreach ((LocalModelOptions options, string name) in new (LocalModelOptions, string)[]
        {
            (new() { ContextLength = 0 }, nameof(LocalModelOptions.ContextLength)),
            (new() { BatchSize = 0 }, nameof(LocalModelOptions.BatchSize)),
            (new() { Threads = 0 }, nameof(LocalModelOptions.Threads)),
        })
        {
            GenerationException e = await Assert.ThrowsAsync<GenerationException>(() => LocalModel.LoadAsync(file, options));
            Assert.Contains(name, e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_context_that_no_memory_holds_is_refused_with_both_numbers()
    {
        ModelMemoryException e = await Assert.ThrowsAsync<ModelMemoryException>(
            () => LocalModel.LoadAsync(fixture.FileOf(TestModelSpec.LlamaChat), new() { ContextLength = int.MaxValue }));

        Assert.True(long.Parse(e.Value!) > long.Parse(e.Limit!));
        Assert.Contains("ContextLength", e.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Progress_runs_to_the_end()
    {
        var reports = new SynchronousProgress();

        await using LocalModel model = await LocalModel.LoadAsync(fixture.FileOf(TestModelSpec.Llama), progress: reports);

        Assert.Equal(reports.Fractions.Order(), reports.Fractions);
        Assert.Equal(1, reports.Fractions[^1]);
    }

    [Fact]
    public async Task A_failing_progress_bar_does_not_fail_the_load()
    {
        await using LocalModel model = await LocalModel.LoadAsync(
            fixture.FileOf(TestModelSpec.Llama), progress: new SynchronousProgress { OnReport = () => throw new InvalidOperationException() });

        Assert.Single(await model.GenerateAsync("a", Generations.Greedy(1)).Tokens());
    }

    [Fact]
    public async Task A_load_can_be_cancelled_at_any_point()
    {
        string file = fixture.FileOf(TestModelSpec.Llama);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => LocalModel.LoadAsync(file, cancellationToken: new CancellationToken(canceled: true)));

        for (int report = 0; report < 4; report++)
        {
            using var cancellation = new CancellationTokenSource();
            var progress = new SynchronousProgress();
            int wanted = report;
            progress.OnReport = () =>
            {
                if (progress.Fractions.Count > wanted)
                {
                    cancellation.Cancel();
                }
            };

            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => LocalModel.LoadAsync(file, progress: progress, cancellationToken: cancellation.Token));
        }

        await using LocalModel model = await LocalModel.LoadAsync(file);
        Assert.Single(await model.GenerateAsync("a", Generations.Greedy(1)).Tokens());
    }

    [Fact]
    public async Task What_llama_says_reaches_the_logger_until_the_model_is_disposed()
    {
        using var logs = new RecordedLog();
        LocalModel model = await LocalModel.LoadAsync(fixture.FileOf(TestModelSpec.Llama), new() { LoggerFactory = logs });
        Assert.Contains(logs.Lines, line => line.Contains("llama_model_loader", StringComparison.Ordinal));
        Assert.All(logs.Lines, line => Assert.DoesNotContain('\n', line));

        await model.DisposeAsync();
        int before = logs.Lines.Count;
        await using LocalModel other = await LocalModel.LoadAsync(fixture.FileOf(TestModelSpec.Llama));
        Assert.Equal(before, logs.Lines.Count);
    }

    [Fact]
    public async Task Loading_and_disposing_200_times_leaves_memory_flat()
    {
        const int Rounds = 200;
        string file = fixture.FileOf(TestModelSpec.LlamaChat);
        long settled = 0;
        for (int round = 0; round < Rounds; round++)
        {
            await using (LocalModel model = await LocalModel.LoadAsync(file))
            {
                await model.GenerateAsync("abc", Generations.Greedy(3)).Tokens();
            }

            // The heaps of C and .NET find their size in the first hundred rounds.
            if (round == Rounds / 2)
            {
                settled = ResidentBytes();
            }
        }

        // What one round leaks shows a hundredfold; a context of this model takes 1 MiB. The heaps still waver by a few.
        Assert.InRange(ResidentBytes() - settled, long.MinValue, 16L << 20);
    }

    private static long ResidentBytes()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    private sealed class SynchronousProgress : IProgress<ModelLoadProgress>
    {
        public List<float> Fractions { get; } = [];

        public Action OnReport { get; set; } = () => { };

        public void Report(ModelLoadProgress value)
        {
            Fractions.Add(value.Fraction);
            OnReport();
        }
    }
}
