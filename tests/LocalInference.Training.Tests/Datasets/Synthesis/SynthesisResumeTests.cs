using LocalInference.Abstractions;
using LocalInference.Testing;

namespace LocalInference.Training.Tests.Datasets.Synthesis;

/// <summary>A synthesis that ended somewhere goes on there.</summary>
public sealed class SynthesisResumeTests : SynthesisTest
{
    private static readonly SynthesisOptions s_options = Options with { SamplesPerSeed = 2, Parallelism = 1 };

    private string Journal => $"{Output}.journal";

    [Fact]
    public async Task After_a_failure_what_is_there_is_not_asked_for_again()
    {
        await MakeAsync(Model(), s_options);
        string[] whole = Take();
        ScriptedTextGenerator failing = new(static (request, place) => place == 3 ? ScriptedAnswer.Fail(ScriptedFailure.Busy(TimeSpan.FromSeconds(1))) : ScriptedAnswer.Say(Sample(Prompt(request))));

        await Assert.ThrowsAsync<BusyException>(() => MakeAsync(failing, s_options));
        string[] half = Lines;
        ScriptedTextGenerator rest = Model();
        SynthesisReport report = await MakeAsync(rest, s_options with { Parallelism = 4 });

        Assert.Equal(whole[..3], half);
        Assert.Equal(whole, Lines);
        Assert.Equal(new SynthesisReport(6, 6, 0, 0, 0, 3), report);
        Assert.Equal(3, rest.Requests.Count);
    }

    [Fact]
    public async Task Cancelled_it_leaves_whole_samples_and_asks_no_more()
    {
        using CancellationTokenSource cancellation = new();
        ScriptedTextGenerator model = new((request, place) =>
        {
            if (place == 4)
            {
                cancellation.Cancel();
            }

            return ScriptedAnswer.Empty.ThenWait(place >= 4 ? TimeSpan.FromMinutes(9) : TimeSpan.Zero).ThenSay(Sample(Prompt(request)));
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => MakeAsync(model, s_options, cancellationToken: cancellation.Token));

        Assert.Equal(new[] { "tea1", "tea2", "rain1", "rain2" }.Select(Line), Lines, StringComparer.Ordinal);
        Assert.Equal(5, model.Requests.Count);
    }

    [Fact]
    public async Task A_process_that_died_at_any_byte_loses_no_sample_and_has_none_twice()
    {
        await MakeAsync(Model(), s_options);
        byte[] output = File.ReadAllBytes(Output);
        byte[] journal = File.ReadAllBytes(Journal);
        int lastSample = output.AsSpan(..^1).LastIndexOf((byte)'\n') + 1;
        int lastLine = journal.AsSpan(..^1).LastIndexOf((byte)'\n') + 1;

        // First the journal's line is written, then the sample's.
        for (int written = lastLine; written < journal.Length; written += 7)
        {
            await DieAsync(journal[..written], output[..lastSample]);
        }

        for (int written = lastSample; written < output.Length; written += 11)
        {
            await DieAsync(journal, output[..written]);
        }

        async Task DieAsync(byte[] journalThen, byte[] outputThen)
        {
            File.WriteAllBytes(Journal, journalThen);
            File.WriteAllBytes(Output, outputThen);
            ScriptedTextGenerator model = Model();
            SynthesisReport report = await MakeAsync(model, s_options);

            Assert.Equal((5, 6, 1), (report.Resumed, report.Made, model.Requests.Count));
            Assert.Equal(output, File.ReadAllBytes(Output));
            Assert.Equal(journal, File.ReadAllBytes(Journal));
        }
    }

    [Fact]
    public async Task Seeds_and_samples_of_each_may_be_added()
    {
        await MakeAsync(Model(), Options);
        ScriptedTextGenerator model = Model();

        SynthesisReport report = await MakeAsync(model, Options with { SamplesPerSeed = 2 }, [SynthesisSeed.Of("snow"), .. Seeds]);

        Assert.Equal(new SynthesisReport(8, 8, 0, 0, 0, 3), report);
        Assert.Equal(["iron2", "rain2", "snow1", "snow2", "tea2"], model.Requests.Select(Prompt).Order(StringComparer.Ordinal), StringComparer.Ordinal);
    }

    [Fact]
    public async Task The_same_prompt_twice_is_two_samples()
    {
        int asked = 0;
        ScriptedTextGenerator model = new((_, _) => ScriptedAnswer.Say(Sample($"word{Interlocked.Increment(ref asked)}")));

        SynthesisReport report = await MakeAsync(model, Options with { Template = "{{ text }}", SamplesPerSeed = 2 }, [SynthesisSeed.Of("tea"), SynthesisSeed.Of("tea")]);

        Assert.Equal(4, report.Made);
        Assert.Equal(4, model.Requests.Select(static request => request.Sampling.Seed).Distinct().Count());
    }

    [Fact]
    public async Task What_somebody_added_to_the_output_stays_and_counts_as_there()
    {
        await MakeAsync(Model(), Options, Seeds[..1]);
        File.AppendAllLines(Output, [Line("rain1")]);

        SynthesisReport report = await MakeAsync(Model(), Options);

        Assert.Equal(new SynthesisReport(3, 2, 0, 1, 0, 1), report);
        Assert.Equal(new[] { "tea1", "rain1", "iron1" }.Select(Line), Lines, StringComparer.Ordinal);
    }

    [Fact]
    public async Task An_output_that_is_not_its_own_is_left_alone()
    {
        File.WriteAllText(Output, "{}\n");

        Assert.Equal("dataset_invalid", (await Assert.ThrowsAsync<TrainingException>(() => MakeAsync(Model()))).Code);

        Assert.Equal("{}\n", File.ReadAllText(Output));
        Assert.False(File.Exists(Journal));
    }

    [Fact]
    public async Task Other_options_and_an_output_that_was_cut_are_refused()
    {
        await MakeAsync(Model(), s_options);
        byte[] output = File.ReadAllBytes(Output);

        await RefusedAsync(s_options with { Temperature = 0 });
        await RefusedAsync(s_options with { Seed = 1 });
        await RefusedAsync(s_options with { Judge = new SynthesisJudge(Model().AsIChatClient()) });
        Assert.Equal(output, File.ReadAllBytes(Output));
        File.WriteAllBytes(Output, output[..10]);
        await RefusedAsync(s_options);
        Assert.Equal(output[..10], File.ReadAllBytes(Output));
        File.WriteAllText(Journal, "nothing\n");
        await RefusedAsync(s_options);

        async Task RefusedAsync(SynthesisOptions options) =>
            Assert.Equal("dataset_invalid", (await Assert.ThrowsAsync<TrainingException>(() => MakeAsync(Model(), options))).Code);
    }

    [Fact]
    public async Task Where_nothing_was_made_options_may_change()
    {
        await Assert.ThrowsAsync<ModelNotFoundException>(() => MakeAsync(new ScriptedTextGenerator(ScriptedAnswer.Fail(ScriptedFailure.ModelNotFound("nobody"))), Options));

        Assert.Equal(3, (await MakeAsync(Model(), Options with { Temperature = 0 })).Made);
        Assert.Equal(3, (await MakeAsync(Model(), Options with { Temperature = 0 })).Resumed);
    }

    [Fact]
    public async Task Two_at_a_time_do_not_write_one_output()
    {
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using CancellationTokenSource end = new();
        ScriptedTextGenerator slow = new((_, _) =>
        {
            asked.TrySetResult();
            return ScriptedAnswer.Empty.ThenWait(TimeSpan.FromMinutes(9));
        });
        Task<SynthesisReport> first = MakeAsync(slow, cancellationToken: end.Token);
        await asked.Task;

        await Assert.ThrowsAsync<IOException>(() => MakeAsync(Model()));

        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
    }

    private string[] Take()
    {
        string[] lines = Lines;
        File.Delete(Output);
        File.Delete(Journal);
        return lines;
    }
}
