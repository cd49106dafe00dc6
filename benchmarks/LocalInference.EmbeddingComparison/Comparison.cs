using System.Globalization;
using System.Numerics.Tensors;
using LocalInference.Abstractions;

namespace LocalInference.EmbeddingComparison;

/// <summary>Lets both sides take turns. The server's settings are the best of some that are tried first.</summary>
internal sealed class Comparison(Settings settings, LocalModel model, TextWriter output)
{
    // Weights in half precision or less, and other shapes of a batch.
    private const double LeastCosine = 0.99;

    private const double MostLoad = 0.3;

    private readonly ShortTexts _texts = new(model.Tokenizer);

    /// <returns>Whether both sides gave the same vectors, and ours was as fast as it has to be.</returns>
    public static async Task<bool> RunAsync(Settings settings, TextWriter output, CancellationToken cancellationToken)
    {
        LocalModelOptions options = new() { Threads = settings.Threads, AdaptThreads = false };
        LocalModel model = await LocalModel.LoadAsync(settings.Model, options, progress: null, cancellationToken).ConfigureAwait(false);
        await using (model.ConfigureAwait(false))
        {
            return await new Comparison(settings, model, output).RunAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        WarnIfBusy();
        ServerSettings best = await FindBestAsync(cancellationToken).ConfigureAwait(false);
        EmbeddingServer server = await EmbeddingServer.StartAsync(settings, best, cancellationToken).ConfigureAwait(false);
        await using (server.ConfigureAwait(false))
        {
            double cosine = await CompareAsync(server, cancellationToken).ConfigureAwait(false);
            Say($"llama-server {best}; lowest cosine between the sides' vectors: {cosine:0.000000}");
            double ratio = await MeasureAsync(server, cancellationToken).ConfigureAwait(false);
            bool isEnough = IsEnough(ratio);
            return cosine >= LeastCosine && isEnough;
        }
    }

    private bool IsEnough(double ratio)
    {
        if (settings.AtLeast is not { } bar)
        {
            return true;
        }

        Say($"{(ratio >= bar ? "met" : "MISSED")}: median ratio {ratio:0.00} (bar ≥ {bar:0.##})");
        return ratio >= bar;
    }

    private async Task<double> MeasureAsync(EmbeddingServer server, CancellationToken cancellationToken)
    {
        List<double> ratios = [];
        List<double> processorRatios = [];
        for (int round = 0; round < settings.Rounds; round++)
        {
            string[] texts = _texts.Next(settings.Texts);

            // Who goes second finds the machine as the first one left it.
            Cost theirs = default;
            if (round % 2 == 1)
            {
                theirs = await TheirsAsync(server, texts, cancellationToken).ConfigureAwait(false);
            }

            Cost ours = await Cost.OfAsync(() => EmbedAsync(texts, cancellationToken), static () => Environment.CpuUsage.TotalTime).ConfigureAwait(false);
            if (round % 2 == 0)
            {
                theirs = await TheirsAsync(server, texts, cancellationToken).ConfigureAwait(false);
            }

            ratios.Add(theirs.Seconds / ours.Seconds);
            processorRatios.Add(theirs.ProcessorSeconds / ours.ProcessorSeconds);
            Say($"round {round + 1}: {texts.Length} texts, {_texts.CountTokens(texts)} tokens: in process {ours.Seconds:0.00} s ({ours.ProcessorSeconds:0.00} s of processor), llama-server {theirs.Seconds:0.00} s ({theirs.ProcessorSeconds:0.00} s), ratio {ratios[^1]:0.00} ({processorRatios[^1]:0.00})");
        }

        double ratio = Median(ratios);
        Say($"median ratio {ratio:0.00}, of processor time {Median(processorRatios):0.00}");
        return ratio;
    }

    private async Task<ServerSettings> FindBestAsync(CancellationToken cancellationToken)
    {
        (ServerSettings Settings, double Rate)? best = null;
        foreach (ServerSettings candidate in ServerSettings.Candidates)
        {
            EmbeddingServer server = await EmbeddingServer.StartAsync(settings, candidate, cancellationToken).ConfigureAwait(false);
            await using (server.ConfigureAwait(false))
            {
                string[] texts = _texts.Next(settings.Texts);
                await server.EmbedAsync(_texts.Next(16), cancellationToken).ConfigureAwait(false);
                Cost cost = await TheirsAsync(server, texts, cancellationToken).ConfigureAwait(false);
                double rate = _texts.CountTokens(texts) / cost.Seconds;
                Say($"llama-server {candidate}: {rate:0} tokens/s");
                best = best is null || rate > best.Value.Rate ? (candidate, rate) : best;
            }
        }

        return best!.Value.Settings;
    }

    // Also the warm-up of both sides.
    private async Task<double> CompareAsync(EmbeddingServer server, CancellationToken cancellationToken)
    {
        string[] texts = _texts.Next(64);
        float[][] theirs = await server.EmbedAsync(texts, cancellationToken).ConfigureAwait(false);
        float[][] ours = await EmbedAsync(texts, cancellationToken).ConfigureAwait(false);
        return texts.Select((_, i) => TensorPrimitives.CosineSimilarity(ours[i], theirs[i])).Min();
    }

    private static Task<Cost> TheirsAsync(EmbeddingServer server, string[] texts, CancellationToken cancellationToken) =>
        Cost.OfAsync(() => server.EmbedAsync(texts, cancellationToken), () => server.ProcessorTime);

    private async Task<float[][]> EmbedAsync(string[] texts, CancellationToken cancellationToken)
    {
        EmbeddingRequest request = new() { Inputs = [.. texts.Select(static text => new EmbeddingInput(text))], Pooling = settings.Pooling };
        EmbeddingResult result = await model.EmbedAsync(request, cancellationToken).ConfigureAwait(false);
        return [.. result.Embeddings.Select(static embedding => embedding.Vector.ToArray())];
    }

    private void WarnIfBusy()
    {
        if (File.Exists("/proc/loadavg")
            && double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture) is > MostLoad and var load)
        {
            Say($"warning: the machine is not idle (load average {load:0.0}); these figures prove nothing");
        }
    }

    private void Say(FormattableString line) => output.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private static double Median(List<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
